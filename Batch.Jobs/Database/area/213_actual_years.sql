-- A proportion of the months actually paid alone: whole_actual. Months actually paid before the system's start come as event 20.
DROP FUNCTION :area.retired_rule(jsonb);
CREATE FUNCTION :area.retired_rule(slice jsonb)
RETURNS TABLE (category text, age int, frozen boolean, credit text, pension text[], floor_fen numeric, floor_if_missing boolean, rate numeric, fixed_fen numeric,
               least_fen numeric, most_fen numeric, less_rate numeric, less_fen numeric, whole_months int, whole_actual boolean, premium_fen bigint,
               premium_rates numeric[], unsaid text)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT c.key, a, whole ->> 'credit' = 'frozen', coalesce(r ->> 'credit', 'none'), ARRAY(SELECT jsonb_array_elements_text(coalesce(r -> 'pension', '[]'))),
           (r ->> 'floor')::numeric * 100, coalesce((r ->> 'floorIfMissing')::boolean, false), t.rate, t.fixed_fen, t.least_fen, t.most_fen,
           coalesce((r ->> 'lessPerMissingYearRate')::numeric, 0), coalesce((r ->> 'lessPerMissingYearAmount')::numeric * 100, 0),
           (r -> 'proRata' ->> 'ofMonths')::int, coalesce(r -> 'proRata' ->> 'months' = 'actual', false), p.fixed_fen, p.rates,
           CASE WHEN r ->> 'credit' NOT IN ('none', 'pension-rate', 'amount', 'age-amount') THEN r ->> 'credit' ELSE coalesce(t.missing, r ->> 'floorMissing') END
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'retired') AS w (whole)
    CROSS JOIN LATERAL (SELECT CASE WHEN whole ->> 'credit' = 'frozen' THEN whole -> 'otherwise' ELSE whole END) AS retired (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'tiers') t ON t.age = a
    CROSS JOIN premiums(whole -> 'deductions', slice ->> 'rounding') p
    WHERE whole IS NOT NULL
$$;

REVOKE EXECUTE ON FUNCTION :area.retired_rule FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.retired_rule TO batch_program;
