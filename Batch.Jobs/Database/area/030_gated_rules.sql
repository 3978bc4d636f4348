-- Rules that depend on more than a month's own facts: amounts frozen for a person (event 9), missing years, breaks, enrolments, arrears. What they need
-- of a person is read by the second path beside these; here is what a slice says for all.

ALTER TABLE :area.person_event DROP CONSTRAINT IF EXISTS person_event_event_check;
ALTER TABLE :area.person_event ADD CONSTRAINT person_event_event_check CHECK (event BETWEEN 1 AND 31);

DROP FUNCTION :area.active_rule(jsonb);
CREATE FUNCTION :area.active_rule(slice jsonb)
RETURNS TABLE (category text, age int, account boolean, own boolean, share_rate numeric, share_fen numeric, share_least numeric, share_most numeric,
               flat_rate numeric, flat_fen numeric, flat_least numeric, flat_most numeric, premium_fen bigint, premium_rates numeric[], unsaid text)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT c.key, a, (r ->> 'account')::boolean, r ->> 'own' = 'whole', s.rate, s.fixed_fen, s.least_fen, s.most_fen, f.rate, f.fixed_fen, f.least_fen,
           f.most_fen, p.fixed_fen, p.rates, coalesce(s.missing, f.missing)
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'active') AS active (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'share') s ON s.age = a
    LEFT JOIN tier_at_age(r -> 'flat') f ON f.age = a
    CROSS JOIN premiums(r -> 'deductions', slice ->> 'rounding') p
    WHERE r IS NOT NULL
$$;

-- frozen: the amount of a person who has one goes before the rest of the row, which is the rule for those who have none ("otherwise"; none: nothing).
-- unsaid: the figure that the row needs and nobody has given.
DROP FUNCTION :area.retired_rule(jsonb);
CREATE FUNCTION :area.retired_rule(slice jsonb)
RETURNS TABLE (category text, age int, frozen boolean, credit text, pension text[], floor_fen numeric, floor_if_missing boolean, rate numeric, fixed_fen numeric,
               least_fen numeric, most_fen numeric, less_rate numeric, less_fen numeric, premium_fen bigint, premium_rates numeric[], unsaid text)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT c.key, a, whole ->> 'credit' = 'frozen', coalesce(r ->> 'credit', 'none'), ARRAY(SELECT jsonb_array_elements_text(coalesce(r -> 'pension', '[]'))),
           (r ->> 'floor')::numeric * 100, coalesce((r ->> 'floorIfMissing')::boolean, false), t.rate, t.fixed_fen, t.least_fen, t.most_fen,
           coalesce((r ->> 'lessPerMissingYearRate')::numeric, 0), coalesce((r ->> 'lessPerMissingYearAmount')::numeric * 100, 0), p.fixed_fen, p.rates,
           CASE WHEN r ->> 'credit' NOT IN ('none', 'pension-rate', 'amount', 'age-amount') THEN r ->> 'credit' ELSE coalesce(t.missing, r ->> 'floorMissing') END
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'retired') AS w (whole)
    CROSS JOIN LATERAL (SELECT CASE WHEN whole ->> 'credit' = 'frozen' THEN whole -> 'otherwise' ELSE whole END) AS retired (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'tiers') t ON t.age = a
    CROSS JOIN premiums(whole -> 'deductions', slice ->> 'rounding') p
    WHERE whole IS NOT NULL
$$;

REVOKE EXECUTE ON FUNCTION :area.active_rule, :area.retired_rule FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.active_rule, :area.retired_rule TO batch_program;
