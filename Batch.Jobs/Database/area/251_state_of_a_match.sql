-- The first act that ended a match says how it ended, whatever else is on record of it.

CREATE OR REPLACE VIEW :area.match_state AS
    SELECT m.*, coalesce(
        (SELECT CASE a.act WHEN 'undo' THEN 'undone' WHEN 'refuse' THEN 'refused' ELSE 'lapsed' END
         FROM :area.money_match_act a WHERE a.matched = m.match_id AND a.act <> 'confirm' ORDER BY a.match_act_id LIMIT 1),
        CASE WHEN m.way <> 'hand' OR EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = m.match_id) THEN 'matched' ELSE 'proposed' END) AS state
    FROM :area.money_match m;
