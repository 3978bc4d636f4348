using Batch.Jobs.Proof;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Each check can fail: the cast's ledger is tampered with as only its owner can, and the check finds and names it.</summary>
public sealed class BrokenLedgerTests
{
    private const string June = "posting_month = DATE '2021-06-01' AND contribution_month = DATE '2021-06-01'";
    private const string JuneEntry = June + " AND component = 1 AND account_id = (SELECT min(account_id) FROM :area.entry WHERE " + June + " AND component = 1)";
    private const string JuneFact = "contribution_month = DATE '2021-06-01' AND state = 1 AND person_id = (SELECT min(account_id) FROM :area.entry WHERE " + June + " AND component = 1)";
    private const string JuneRun = "run_id = (SELECT run_id FROM :area.posted_run WHERE posting_month = DATE '2021-06-01' LIMIT 1)";

    private const string NoChecks =
        """
        DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = ':area.run'::regclass AND contype = 'c' LOOP
                EXECUTE format('ALTER TABLE :area.run DROP CONSTRAINT %I', c.conname);
            END LOOP;
        END $$;
        """;

    private WholeLine _cast = null!;

    [OneTimeSetUp]
    public async Task CastAsync() => _cast = await WholeLine.OfTheCastAsync();

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        if (_cast is not null)
        {
            await _cast.DisposeAsync();
        }
    }

    [TestCase("V1", "are not the sums", "DELETE FROM :area.entry WHERE " + JuneEntry, TestName = "V1_an_entry_that_is_gone")]
    [TestCase("V1", "do not balance", "ALTER TABLE :area.entry DROP CONSTRAINT legs_balance; UPDATE :area.entry SET pool_fen = pool_fen + 1 WHERE " + JuneEntry, TestName = "V1_legs_out_of_balance")]
    [TestCase("V1", "are not the sums", "UPDATE :area.run_total SET credited_fen = credited_fen + 1 WHERE component = 2 AND " + JuneRun, TestName = "V1_a_total_that_is_changed")]
    [TestCase("V1", "not posted in this month", "INSERT INTO :area.entry VALUES ('2021-06-01', 9999, 1, '2021-06-01', 1, 100, 0, 0, 100, 0, 0)", TestName = "V1_an_entry_of_no_run")]
    [TestCase("V2", "accepted rows", "UPDATE :area.submission SET rows = rows + 1, accepted = accepted + 1 WHERE submission_id = 3", TestName = "V2_a_row_too_many")]
    [TestCase("V2", "held rows", "UPDATE :area.submission SET rows = rows + 1, held = held + 1 WHERE submission_id = 3", TestName = "V2_a_held_row_too_many")]
    [TestCase("V2", "rejected rows", "DELETE FROM :area.rejection WHERE submission_id = (SELECT min(submission_id) FROM :area.submission WHERE rejected = 1 AND refused IS NULL)", TestName = "V2_a_rejection_that_is_gone")]
    [TestCase("V2", "amounts", "UPDATE :area.submission SET held_fen = held_fen + 1 WHERE submission_id = (SELECT max(submission_id) FROM :area.submission WHERE held > 0)", TestName = "V2_another_amount_held")]
    [TestCase("V2", "accepted rows", "DELETE FROM :area.contribution WHERE " + JuneFact, TestName = "V2_a_fact_that_is_gone")]
    [TestCase("V2", "accepted rows", "DELETE FROM :area.person_event WHERE event = 5", TestName = "V2_a_change_of_status_that_is_gone")]
    [TestCase("V2", "months", "UPDATE :area.submission_month SET facts = facts + 1 WHERE submission_id = 3", TestName = "V2_a_month_with_more_facts_than_there_are")]
    [TestCase("V3", "2021-06", "UPDATE :area.contribution SET employer_paid_fen = employer_paid_fen + 100 WHERE " + JuneFact, TestName = "V3_more_money_declared_than_posted")]
    [TestCase("V3", "2021-06", "DELETE FROM :area.entry WHERE " + JuneEntry, TestName = "V3_money_that_is_nowhere")]
    [TestCase("V4", "********", "UPDATE :area.entry SET account_fen = account_fen + 1, pool_fen = pool_fen - 1 WHERE " + JuneEntry, TestName = "V4_a_fen_moved_between_balanced_legs")]
    [TestCase("V4", "********", "UPDATE :area.entry SET pool_fen = pool_fen - 1, other_fen = other_fen + 1 WHERE " + JuneEntry, TestName = "V4_a_fen_moved_from_the_pool_to_another_fund")]
    [TestCase("V4", "posted 0.00", "DELETE FROM :area.entry WHERE " + JuneEntry, TestName = "V4_an_entry_that_is_missing")]
    [TestCase("V4", "2021-06", "UPDATE :area.contribution SET base_fen = base_fen + 10000 WHERE " + JuneFact, TestName = "V4_another_base")]
    [TestCase("V4", "2021-06", "UPDATE :area.pension SET prior_year_fen = prior_year_fen + 100000 WHERE pension_month = DATE '2021-06-01'", TestName = "V4_another_pension")]
    [TestCase("V4", "2020-02", "UPDATE :area.person SET birth = birth - interval '10 years'", TestName = "V4_other_birthdays")]
    [TestCase("V4", "2021-", "DELETE FROM :area.person_event WHERE event = 5", TestName = "V4_a_death_that_is_gone")]
    [TestCase("V4", "is not what its hash names", "UPDATE batch.policy_slice SET content = jsonb_set(content, '{categories,unit,active,share,0,rate}', '\"0.012\"') WHERE content ->> 'month' = '2021-06'", TestName = "V4_a_policy_slice_that_is_changed")]
    [TestCase("V4", "2021-06", "UPDATE :area.run_month SET policy_hash = (SELECT hash FROM batch.policy_slice WHERE content ->> 'month' = '2022-01') WHERE contribution_month = DATE '2021-06-01'", TestName = "V4_another_policy_than_was_used")]
    [TestCase("V5", "opening is not", "UPDATE :area.statement SET opening_fen = 1, closing_fen = closing_fen + 1 WHERE account_id = 1", TestName = "V5_an_opening_from_nowhere")]
    [TestCase("V5", "movements are not", "UPDATE :area.statement SET movements_fen = movements_fen + 1, closing_fen = closing_fen + 1 WHERE account_id = 1", TestName = "V5_movements_that_never_were")]
    [TestCase("V5", "no statement", "DELETE FROM :area.statement WHERE account_id = 1", TestName = "V5_an_account_without_a_statement")]
    [TestCase("V5", "not what was closed", "UPDATE :area.statement SET accumulated_months = 99 WHERE account_id = 1", TestName = "V5_a_statement_that_was_changed")]
    [TestCase("V5", "recorded", "UPDATE :area.statement_year SET accounts = 1", TestName = "V5_a_count_of_statements")]
    [TestCase("V5", "opening is not", "UPDATE :area.closing SET opening_fen = opening_fen + 1, closing_fen = closing_fen + 1 WHERE month = DATE '2021-06-01'", TestName = "V5_a_closing_that_opens_otherwise")]
    [TestCase("V5", "not the month's entries", "UPDATE :area.closing SET pool_fen = pool_fen + 1 WHERE month = DATE '2021-06-01'", TestName = "V5_a_closing_with_other_movements")]
    [TestCase("V5", "seal does not follow", "UPDATE :area.closing SET seal = repeat('0', 64) WHERE month = DATE '2021-06-01'", TestName = "V5_a_closing_with_another_seal")]
    [TestCase("V5", "more accounts", "UPDATE :area.closing SET accounts = 1000 WHERE month = DATE '2021-06-01'", TestName = "V5_a_closing_with_accounts_that_never_were")]
    [TestCase("V6", "no contribution in force", "UPDATE :area.contribution SET state = 2 WHERE " + JuneFact, TestName = "V6_a_credit_for_a_held_contribution")]
    [TestCase("V6", "no pension in force", "DELETE FROM :area.pension WHERE pension_month = DATE '2021-06-01'", TestName = "V6_credits_without_pensions")]
    [TestCase("V6", "after death", "UPDATE :area.person_event SET on_date = DATE '2021-02-01' WHERE event = 5", TestName = "V6_credits_after_a_death")]
    [TestCase("V6", "before enrolment", "UPDATE :area.person_event SET on_date = DATE '2021-05-01' WHERE event = 1", TestName = "V6_credits_before_an_enrolment")]
    [TestCase("V6", "no account", "UPDATE :area.entry SET account_id = 70000 WHERE " + JuneEntry, TestName = "V6_a_credit_of_an_account_beyond_the_last_person")]
    [TestCase("V6", "no account", "DELETE FROM :area.account WHERE account_id = 1", TestName = "V6_credits_of_an_account_that_was_never_opened")]
    [TestCase("V7", "posted after the", "ALTER TABLE :area.seal DROP CONSTRAINT seal_seq_fkey; UPDATE :area.ledger SET seq = 1000 WHERE " + JuneRun, TestName = "V7_a_run_posted_after_the_closing")]
    [TestCase("V7", "entries posted after", "UPDATE :area.entry SET run_id = (SELECT max(run_id) FROM :area.posted_run) WHERE " + JuneEntry, TestName = "V7_a_later_runs_entry_in_a_closed_month")]
    [TestCase("V7", "entries posted after", "UPDATE :area.entry SET run_id = (SELECT run_id FROM :area.posted_run WHERE posting_month = DATE '2021-07-01' ORDER BY seq LIMIT 1) WHERE " + JuneEntry, TestName = "V7_the_next_months_entry_in_the_month_closed_last_before_it")]
    [TestCase("V7", "has no such closing", "ALTER TABLE :area.closing DROP CONSTRAINT closing_seq_fkey; UPDATE :area.closing SET seq = 1000 WHERE month = DATE '2021-06-01'", TestName = "V7_a_closing_that_the_ledger_does_not_know")]
    [TestCase("V8", "by another person", NoChecks + "DROP TRIGGER approver_is_another ON :area.run; UPDATE :area.run SET approved_by = made_by WHERE " + JuneRun, TestName = "V8_one_person_alone")]
    [TestCase("V8", "by another person", "UPDATE :area.run SET made_by = 'Revi-evver' WHERE " + JuneRun, TestName = "V8_one_person_with_two_ways_to_write_the_name")]
    [TestCase("V8", "another content", NoChecks + "UPDATE :area.run SET approved_digest = repeat('0', 64) WHERE " + JuneRun, TestName = "V8_approved_for_another_content")]
    [TestCase("V8", "not what was approved", "UPDATE :area.entry SET account_fen = account_fen + 1, pool_fen = pool_fen - 1 WHERE " + JuneEntry, TestName = "V8_entries_changed_after_the_approval")]
    [TestCase("V8", "another month", "UPDATE :area.ledger SET month = DATE '2021-07-01' WHERE " + JuneRun, TestName = "V8_posted_in_another_month")]
    [TestCase("V8", "its state is", "UPDATE :area.run SET state = 'discarded' WHERE " + JuneRun, TestName = "V8_a_posted_run_that_says_it_is_not")]
    [TestCase("V8", "two standing runs", "INSERT INTO :area.run_submission SELECT (SELECT max(run_id) FROM :area.posted_run), 3", TestName = "V8_a_submission_taken_twice")]
    [TestCase("V8", "neither taken nor waiting", "DELETE FROM :area.run_submission WHERE submission_id = 3", TestName = "V8_a_submission_that_nobody_took")]
    [TestCase("V8", "two versions of one file", SecondVersion, TestName = "V8_a_file_that_counts_twice")]
    public async Task Broken(string id, string words, string sql)
    {
        await using WholeLine line = await _cast.CopyAsync();
        await line.TamperAsync(sql);
        Named(await line.VerifyAsync(all: false), id, words, "since the last seal");
        Assert.That(await line.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.seal"), Is.Zero, "what is broken is not sealed");
        Named(await line.VerifyAsync(all: true), id, words, "from the beginning");
    }

    [TestCase("content is not what was sealed", true, "UPDATE :area.entry SET account_fen = account_fen + 1, pool_fen = pool_fen - 1 WHERE " + JuneEntry, TestName = "V9_entries_changed_after_the_seal")]
    [TestCase("content is not what was sealed", true, "UPDATE :area.closing SET accounts = accounts - 1 WHERE month = DATE '2021-06-01'", TestName = "V9_a_closing_changed_after_the_seal")]
    [TestCase("content is not what was sealed", true, "UPDATE :area.seal SET content = repeat('0', 64) WHERE seq = 5", TestName = "V9_a_seal_with_another_content")]
    [TestCase("are recorded", true, "UPDATE :area.run SET people = people + 1 WHERE " + JuneRun, TestName = "V9_another_count_of_people")]
    [TestCase("link 5", false, "UPDATE :area.seal SET hash = repeat('0', 64) WHERE seq = 5", TestName = "V9_a_seal_with_another_hash")]
    [TestCase("link 5", false, "DELETE FROM :area.seal WHERE seq = 5", TestName = "V9_a_seal_that_is_gone")]
    [TestCase("does not follow", false, "UPDATE :area.ledger SET by = 'somebody' WHERE seq = 5", TestName = "V9_another_name_in_the_ledger")]
    [TestCase("does not follow", false, "UPDATE :area.run SET approved_by = 'somebody' WHERE " + JuneRun, TestName = "V9_another_approver")]
    [TestCase("has no act 27", false, "ALTER TABLE :area.seal DROP CONSTRAINT seal_seq_fkey; ALTER TABLE :area.closing DROP CONSTRAINT closing_seq_fkey; DELETE FROM :area.seal WHERE seq = 27; DELETE FROM :area.ledger WHERE seq = 27", TestName = "V9_an_act_that_is_gone")]
    public async Task Chain(string words, bool onlyFromTheBeginning, string sql)
    {
        await using WholeLine line = await _cast.CopyAsync();
        await line.AssertCleanAsync(all: false, "as it was");
        await line.TamperAsync(sql);
        if (!onlyFromTheBeginning)
        {
            Named(await line.VerifyAsync(all: false), "V9", words, "incrementally");
        }

        Named(await line.VerifyAsync(all: true), "V9", words, "from the beginning");
    }

    // A second submission of submission 3's bytes, declared by an employer that nobody knows, taken by the same run.
    private const string SecondVersion =
        """
        INSERT INTO :area.submission SELECT 9000, content, kind, month, file, sha256, refused, rows, accepted, unchanged, held, rejected, person_paid_fen,
            employer_paid_fen, held_fen, received_by, received_at FROM :area.submission WHERE submission_id = 3;
        INSERT INTO :area.submission_month SELECT 9000, fact, month, facts FROM :area.submission_month WHERE submission_id = 3;
        INSERT INTO :area.run_submission SELECT run_id, 9000 FROM :area.run_submission WHERE submission_id = 3;
        INSERT INTO :area.contribution SELECT contribution_month, person_id, 9000, 9000, row_no, state, base_fen, person_paid_fen, employer_paid_fen, received_on
            FROM :area.contribution WHERE submission_id = 3;
        """;

    private static void Named(VerificationDocument document, string id, string words, string when)
    {
        VerificationCheck check = document.Checks.Single(c => c.Id == id);
        Assert.That(check.Ok, Is.False, $"{when}: {id} is not broken, though {string.Join("; ", document.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"))}");
        Assert.That(check.First, Does.StartWith("420100 ").And.Contain(words), when);
        Assert.That(check.First, Does.Not.Match("[0-9]{15,17}[0-9X]"), "numbers are masked");
        Assert.That(document.Ok, Is.False);
        Assert.That(check.Broken, Is.Positive);
    }
}
