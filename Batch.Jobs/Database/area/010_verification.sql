-- The second path (V4): a month's policy slice as a relation, read from its canonical JSON and from nothing else. Written from
-- Policies/README.md; it shares no code with the rules that the runs are computed with.

-- One row per age of a tier table. Amounts in fen with their fraction; missing: the figure that the tier needs and nobody has given.
CREATE FUNCTION :area.tier_at_age(tiers jsonb) RETURNS TABLE (age int, rate numeric, fixed_fen numeric, least_fen numeric, most_fen numeric, missing text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT a, CASE WHEN t.missing IS NULL THEN t.rate END, coalesce(t.amount, t."perYearOfAge" * a) * 100, t.minimum * 100, t.maximum * 100, t.missing
    FROM jsonb_to_recordset(tiers) AS t ("from" int, "to" int, rate numeric, amount numeric, "perYearOfAge" numeric, minimum numeric, maximum numeric, missing text),
         generate_series(t."from", t."to") a
$$;

-- Premiums that are the same for all, in whole fen by the slice's rounding, and those that are a rate of the base.
CREATE FUNCTION :area.premiums(deductions jsonb, rounding text, OUT fixed_fen bigint, OUT rates numeric[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(sum(CASE rounding WHEN 'down' THEN trunc(d.amount * 100)
                                      WHEN 'half-even' THEN round(d.amount * 100) - CASE WHEN mod(d.amount * 100, 2) = 0.5 THEN 1 ELSE 0 END
                                      ELSE round(d.amount * 100) END), 0)::bigint,
           array_agg(d.rate) FILTER (WHERE d.rate IS NOT NULL)
    FROM jsonb_to_recordset(coalesce(deductions, '[]')) AS d (amount numeric, rate numeric)
$$;

-- What an employed person of a category and age is credited by.
CREATE FUNCTION :area.active_rule(slice jsonb)
RETURNS TABLE (category text, age int, account boolean, own boolean, share_rate numeric, share_fen numeric, share_least numeric, share_most numeric,
               flat_rate numeric, flat_fen numeric, flat_least numeric, flat_most numeric, premium_fen bigint, premium_rates numeric[], unsaid text)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT c.key, a, (r ->> 'account')::boolean, r ->> 'own' = 'whole', s.rate, s.fixed_fen, s.least_fen, s.most_fen, f.rate, f.fixed_fen, f.least_fen,
           f.most_fen, p.fixed_fen, p.rates, coalesce(s.missing, f.missing, CASE WHEN slice ->> 'resumptionOffset' <> '0' THEN 'resumptionOffset'
                                                                                     WHEN slice ->> 'firstMonthOffset' <> '0' THEN 'firstMonthOffset' END)
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'active') AS active (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'share') s ON s.age = a
    LEFT JOIN tier_at_age(r -> 'flat') f ON f.age = a
    CROSS JOIN premiums(r -> 'deductions', slice ->> 'rounding') p
    WHERE r IS NOT NULL
$$;

-- What a retiree of a category and age is credited by. No fact carries an amount frozen for a person, so everybody is under "otherwise" there.
-- unsaid: why this path cannot say the amount; who falls under it is counted as not checked.
CREATE FUNCTION :area.retired_rule(slice jsonb)
RETURNS TABLE (category text, age int, credit text, pension text[], floor_fen numeric, floor_if_missing boolean, rate numeric, fixed_fen numeric,
               least_fen numeric, most_fen numeric, premium_fen bigint, premium_rates numeric[], unsaid text)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT c.key, a, r ->> 'credit', ARRAY(SELECT jsonb_array_elements_text(coalesce(r -> 'pension', '[]'))), (r ->> 'floor')::numeric * 100,
           coalesce((r ->> 'floorIfMissing')::boolean, false), t.rate, t.fixed_fen, t.least_fen, t.most_fen, p.fixed_fen, p.rates,
           CASE WHEN r IS NULL THEN 'frozen'
                WHEN r ->> 'credit' NOT IN ('none', 'pension-rate', 'amount', 'age-amount') THEN r ->> 'credit'
                WHEN r ? 'lessPerMissingYearRate' OR r ? 'lessPerMissingYearAmount' OR whole ? 'lessPerMissingYearRate'
                     OR whole ? 'lessPerMissingYearAmount' THEN 'lessPerMissingYear'
                WHEN slice -> 'minimumYears' ->> 'short' = 'not-credited' THEN 'minimumYears'
                ELSE coalesce(t.missing, r ->> 'floorMissing') END
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'retired') AS w (whole)
    CROSS JOIN LATERAL (SELECT CASE WHEN whole ->> 'credit' = 'frozen' THEN whole -> 'otherwise' ELSE whole END) AS retired (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'tiers') t ON t.age = a
    CROSS JOIN premiums(whole -> 'deductions', slice ->> 'rounding') p
    WHERE whole IS NOT NULL
$$;

REVOKE EXECUTE ON FUNCTION :area.tier_at_age, :area.premiums, :area.active_rule, :area.retired_rule FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.tier_at_age, :area.premiums, :area.active_rule, :area.retired_rule TO batch_program;
