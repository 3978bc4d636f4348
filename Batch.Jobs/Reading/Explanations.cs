using Batch.Jobs.Facts;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Where a line's figures came from: the file and its row.</summary>
public sealed record SourceDocument(string File, int Row);

/// <param name="Net">What the ledger has for the month, of credits and interest.</param>
/// <param name="Movements">What else changed the account in the month.</param>
public sealed record ExplanationDocument(
    YearMonth Month, string? Policy, Explanation Chinese, Explanation English, SourceDocument? Source, Money Net, string ReasonChinese, string ReasonEnglish,
    IReadOnlyList<ExplainedMovement> Movements, ReasonKind Kind);

/// <summary>Answers "why this amount": the same code that computed it explains it, from the same facts and the policy it was computed with.</summary>
public sealed class Explanations(Area area)
{
    public async Task<ExplanationDocument> ExplainAsync(int person, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        PolicyInForce policy = await PolicyOfAsync(connection, month, cancellation);
        MonthPolicy? slice = policy.TryFor(month);
        ChunkReader reader = new(area.On(connection));
        ReceiptCover? cover = slice is null ? null : await reader.CoverAsync(slice, new HashSet<int>(), cancellation);
        PersonFacts[] one = await reader.ReadAsync(
            new Chunk(month, person, person), new HashSet<int>(), whole: true, slice?.Gates ?? Gates.None, cancellation, cover, slice is null ? null : YearPensions.Of(area.Schema, slice));
        if (slice is not null)
        {
            await new AdvanceReader(area.On(connection), new Chunk(month, person, person), new HashSet<int>()).FillAsync(one, slice, whole: true, cancellation);
        }

        PersonFacts facts = one[0];
        Explanation chinese = new(Language.Chinese), english = new(Language.English);
        string? version = null;
        Legs posted = new(
            facts.PostedContribution.Account + facts.PostedRetiree.Account, 0, 0, 0, 0, 0);
        (ReasonKind kind, string why, string whyEnglish) = (ReasonKind.NoRecord, "", "");
        if (slice is not null)
        {
            version = slice.Version;
            Entitlement.Of(facts.InForce, month, slice, chinese);
            Entitlement.Of(facts.InForce, month, slice, english);
            if (chinese.Lines.Count > 0 && slice.CreditedIn != month && await LatestPostingAsync(connection, month, cancellation) < slice.CreditedIn)
            {
                chinese.SetAside(slice);
                english.SetAside(slice);
            }

            (kind, why, whyEnglish) = Reason(facts, slice, chinese, posted.Account);
            if (kind == ReasonKind.MoneyNotReceived)
            {
                // With the files that wait for a run.
                HashSet<int> waiting = [.. await reader.UnseenAsync(new HashSet<int>(), cancellation)];
                bool paid = (await reader.CoverAsync(slice, waiting, cancellation))?.Covers(facts.InForce.Contribution.Employer, facts.InForce.Contribution.Submission) ?? false;
                (why, whyEnglish) = paid
                    ? ("款项已到齐，还没有批次取用，由下一批次划入。", "The money has been received in full and no run has taken it yet; the next run credits it.")
                    : await UnpaidAsync(connection, facts.InForce.Contribution.Employer, month, cancellation);
            }
        }

        (SourceDocument? source, string? joined, string? joinedEnglish) = await SourceAsync(connection, person, month, facts, cancellation);
        (why, whyEnglish) = (why.Length == 0 ? joined ?? "" : why, whyEnglish.Length == 0 ? joinedEnglish ?? "" : whyEnglish);
        Money interest = await new ExplainedInterest(connection, area).ReadAsync(facts.Account, month, policy, (chinese, english), cancellation);

        return new ExplanationDocument(month, version, chinese, english, source, new Money(posted.Account) + interest, why, whyEnglish,
            await new ExplainedMovements(area.On(connection)).ReadAsync(person, month, cancellation), kind);
    }

    /// <summary>The latest posting month whose run computed the month: what is credited by the year is credited from its last month on.</summary>
    private async Task<YearMonth> LatestPostingAsync(NpgsqlConnection connection, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql(
            "SELECT max(r.posting_month) FROM :area.run_month m JOIN :area.standing_run r USING (run_id) WHERE m.contribution_month = $1"), connection);
        command.Parameters.AddWithValue(month.FirstDay());
        return await command.ExecuteScalarAsync(cancellation) is DateOnly latest ? latest.Month() : month;
    }

    private static (ReasonKind, string, string) Reason(in PersonFacts facts, MonthPolicy policy, Explanation told, long posted) => (told.Net.Fen == posted, posted) switch
    {
        (false, _) => (ReasonKind.ChangedSince, "有尚未入账的变动，下一批次将补足差额。", "Something has changed since; the next run posts the difference."),
        (true, 0) when facts.InForce.DiedIn is { } died && policy.Month > died => (ReasonKind.AfterDeath, "死亡次月起不再划入。", "Nothing is credited after the month of death."),
        (true, 0) when facts.InForce.Pension.Submission != 0 && facts.InForce.Gated?.FrozenFen is null && policy.NeedsFrozenAmount(facts.InForce.Category ?? Categories.Unit) =>
            (ReasonKind.FrozenAmountMissing, "尚未登记本人冻结金额，登记后由下一批次补足。", "No amount frozen for this person is on record yet; once it is, the next run posts the credit."),
        (true, 0) when facts.InForce.Contribution.Employer != 0 && !Entitlement.HasContribution(facts.InForce, policy) => (ReasonKind.MoneyNotReceived, "", ""),
        (true, 0) when facts.InForce.Contribution.Employer != 0 => (ReasonKind.NotCredited, "该月缴费按规定不划入或暂未划入，理由见上。", "By the rules above nothing of this month's contribution is credited, or not yet."),
        (true, 0) when told.Lines.Count > 0 => (ReasonKind.NotCredited, "该月按规定不划入或暂未划入，理由见上。", "By the rules above nothing is credited for this month, or not yet."),
        (true, 0) => (ReasonKind.NoRecord, "该月没有缴费或养老金记录，因此没有划入；余额不变，仍可使用。", "There is no contribution or pension for this month, so nothing was credited; the balance stays and stays usable."),
        _ => (facts.PostedRetiree.Account != 0 ? ReasonKind.Retired : ReasonKind.Contribution, "", ""),
    };

    private async Task<(string Chinese, string English)> UnpaidAsync(NpgsqlConnection connection, int employer, YearMonth month, CancellationToken cancellation)
    {
        (string of, Money received) = (await connection.ReadAsync(
            area.Schema.Sql(
                """
                SELECT concat_ws(' ', e.number, e.name), (SELECT coalesce(sum(m.amount_fen), 0)::bigint FROM :area.money_for_month m WHERE m.month = $2 AND m.employer_id = $1)
                FROM :area.employer e WHERE e.employer_id = $1
                """), r => (r.GetString(0), new Money(r.GetInt64(1))), cancellation, employer, month.FirstDay()))[0];
        return received.IsZero
            ? ($"已申报，款项未到账：单位 {of}，{month.Text()} 没有到账记录，因此没有划入；到账后补划。",
                $"Declared, money not received yet: no receipt for employer {of}, month {month.Text()}. So nothing was credited; it will be when the money is received.")
            : ($"已申报，款项未到齐：单位 {of}，{month.Text()} 已到 {received} 元，少于申报，因此没有划入；到齐后补划。",
                $"Declared, money not received in full: employer {of}, month {month.Text()}, received {received}, less than declared. So nothing was credited; it will be when the rest is received.");
    }

    private async Task<PolicyInForce> PolicyOfAsync(NpgsqlConnection connection, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql("SELECT policy_seq FROM :area.posted_policy WHERE contribution_month = $1"), connection);
        command.Parameters.AddWithValue(month.FirstDay());
        return await command.ExecuteScalarAsync(cancellation) is int seq && seq != area.Policy.Seq
            ? await new PolicyStore(area.Program).ReadAsync(area.Schema.Code, seq, cancellation)
            : area.Policy;
    }

    // Of a line that a join of two persons moved: the file that brought it, and the number that it was for.
    private async Task<(SourceDocument? Source, string? Chinese, string? English)> SourceAsync(
        NpgsqlConnection connection, int person, YearMonth month, PersonFacts facts, CancellationToken cancellation)
    {
        bool paid = facts.InForce.Contribution.Submission != 0;
        (int submission, int row) = paid ? (facts.InForce.Contribution.Submission, facts.InForce.Contribution.Row) : (facts.InForce.Pension.Submission, facts.InForce.Pension.Row);
        if (submission == 0)
        {
            return default;
        }

        string part = area.Schema.Part(paid ? "contribution" : "pension", month), employer = paid ? $"AND o.employer_id = {facts.InForce.Contribution.Employer}" : "";
        (string File, int? Joined, long? Number, string? From, int? FromRow, bool Parted)[] found = [.. await connection.ReadAsync(
            area.Schema.Sql(
                $"""
                SELECT s.file, c.identity_id, CASE c.kind WHEN 'part' THEN c.number_was ELSE c.number END, f.file, o.row_no, c.kind = 'part' FROM :area.submission s
                LEFT JOIN :area.identity_submission i USING (submission_id)
                LEFT JOIN :area.identity_change c ON c.identity_id = i.changed AND ((c.kind = 'join' AND c.person_id = $2) OR (c.kind = 'part' AND c.person_id <> $2))
                LEFT JOIN LATERAL (SELECT o.* FROM {part} o WHERE o.person_id = CASE c.kind WHEN 'part' THEN c.person_id ELSE c.other_id END {employer} AND o.submission_id < $1 AND o.row_no > 0 ORDER BY {FactVersions.LatestFirst} LIMIT 1) o ON true
                LEFT JOIN :area.submission f ON f.submission_id = o.submission_id WHERE s.submission_id = $1
                """),
            r => (r.GetString(0), r.Number(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2), r.Text(3), r.Number(4), !r.IsDBNull(5) && r.GetBoolean(5)), cancellation, submission, person)];
        return found is not [var said] ? default
            : said is not { Joined: { } join, Number: { } number, From: { } from, FromRow: { } fromRow } ? (new SourceDocument(said.File, row), null, null)
            : said.Parted ? (new SourceDocument(from, fromRow), $"该月原记在证件号码 {Masking.Number(number)} 名下，经第 {join} 号提案查明属于本人。",
                $"Recorded under the number {Masking.Number(number)}, and found to be this person's by proposal {join}.")
            : (new SourceDocument(from, fromRow), $"该月原以证件号码 {Masking.Number(number)} 申报，经第 {join} 号提案合并到本人。",
                $"Declared for the number {Masking.Number(number)}, which was joined into this one by proposal {join}.");
    }
}
