using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What was declared for a person and month, in its latest version.</summary>
/// <param name="State">accepted, held or withdrawn.</param>
public sealed record ContributionLine(YearMonth Month, string Employer, string EmployerName, Money Base, Money PersonPaid, Money EmployerPaid, string State, int Submission);

/// <summary>Whose account it is, masked; and whether somebody is there at all.</summary>
public sealed record PersonSummary(int Person, int Account, long Citizen, string Name, DateOnly Opened);

/// <summary>The contribution record 缴费明细 of a person.</summary>
public sealed class ContributionRecord(Area area)
{
    /// <summary>The months of a span, newest first; read month by month, so that no other month is touched.</summary>
    public async Task<IReadOnlyList<ContributionLine>> ReadAsync(int person, YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        List<YearMonth> months = await area.ReadAsync(
            """
            SELECT DISTINCT month FROM :area.submission_month WHERE fact = 'contribution' AND month BETWEEN $1 AND $2
            AND to_regclass(':area.contribution_' || to_char(month, 'YYYY_MM')) IS NOT NULL ORDER BY 1 DESC
            """, r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, from.FirstDay(), to.FirstDay());
        List<ContributionLine> lines = [];
        foreach (YearMonth month in months)
        {
            lines.AddRange(await area.ReadAsync(
                $"""
                SELECT e.number, e.name, c.base_fen, c.person_paid_fen, c.employer_paid_fen, c.state, c.submission_id FROM (
                    SELECT DISTINCT ON (employer_id) * FROM {area.Schema.Part("contribution", month)} WHERE person_id = $1
                    ORDER BY employer_id, {FactVersions.LatestFirst}) c
                JOIN :area.employer e USING (employer_id) ORDER BY employer_id
                """,
                r => new ContributionLine(
                    month, r.GetString(0), r.GetString(1), new Money(r.GetInt64(2)), new Money(r.GetInt64(3)), new Money(r.GetInt64(4)),
                    r.GetInt16(5) switch { 1 => "accepted", 2 => "held", _ => "withdrawn" }, r.GetInt32(6)), cancellation, person));
        }

        return lines;
    }

    /// <exception cref="DataFaultException">ACCOUNT_UNKNOWN.</exception>
    public async Task<PersonSummary> WhoAsync(int account, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT p.person_id, a.account_id, p.citizen, p.name, a.opened FROM :area.account a JOIN :area.insured p USING (person_id)
        WHERE a.account_id = $1
        """,
        r => new PersonSummary(r.GetInt32(0), r.GetInt32(1), r.GetInt64(2), r.GetString(3), r.GetFieldValue<DateOnly>(4)), cancellation, account)).SingleOrDefault()
        ?? throw new DataFaultException("ACCOUNT_UNKNOWN", "没有这个账户。", "There is no such account.");

    /// <summary>Numbers by which the person was known before the present one, and is still found.</summary>
    public Task<List<long>> EarlierNumbersAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        "SELECT DISTINCT n.number FROM :area.person_number n JOIN :area.insured i USING (person_id) WHERE n.person_id = $1 AND n.number <> i.citizen ORDER BY 1",
        r => r.GetInt64(0), cancellation, person);

    /// <summary>Accounts that were joined into the person's, with their numbers of then, masked.</summary>
    public Task<List<(int Account, string Number)>> JoinedAccountsAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        "SELECT person_id, number FROM :area.joined_person WHERE into_person = $1 ORDER BY 1", r => (r.GetInt32(0), Masking.Number(r.GetInt64(1))), cancellation, person);

    /// <summary>The whole number, for users who may see it and have said why.</summary>
    public async Task<string> NumberAsync(int person, CancellationToken cancellation) =>
        await area.OneAsync<string>("SELECT batch.citizen_number(citizen) FROM :area.insured WHERE person_id = $1", cancellation, person);
}
