using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

public sealed record EmployerLine(string Number, string Name);

/// <summary>An employer's contribution month.</summary>
/// <param name="Received">Less what was returned. Null: the month's credits do not wait for the money, and no receipt was sent for it, of whatever employer.</param>
/// <param name="IsMissing">It declared people for the month before and nobody for this one.</param>
public sealed record EmployerMonth(YearMonth Month, long People, Money Declared, Money? Received, Money Credited, bool IsMissing)
{
    /// <summary>Received less declared: what is missing is negative.</summary>
    public Money? Difference => Received - Declared;
}

/// <summary>A file with rows of the employer for a month, those included that are not in force.</summary>
public sealed record EmployerFile(YearMonth Month, int Submission, string File, string Content, long Rows);

/// <summary>An employer, its months and the files that named it.</summary>
/// <param name="Earlier">Where the months before these are continued; null: there are none.</param>
public sealed record EmployerRecord(EmployerLine Employer, IReadOnlyList<EmployerMonth> Months, IReadOnlyList<EmployerFile> Files, YearMonth? Earlier);

/// <summary>The employers of an area, and what there is of one.</summary>
public sealed class EmployerRecords(Area area)
{
    /// <summary>Months of the area that are looked at for one page.</summary>
    public const int PageMonths = 12;

    /// <summary>By number; of those whose number or name holds the text.</summary>
    public async Task<Listing<EmployerLine>> ReadAsync(string? text, int page, CancellationToken cancellation)
    {
        string like = $"%{(text ?? "").Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
        const string From = "FROM :area.employer WHERE number ILIKE $1 OR name ILIKE $1";
        long count = await area.OneAsync<long>($"SELECT count(*) {From}", cancellation, like);
        page = Listing.Within(page, count);
        return new Listing<EmployerLine>(
            await area.ReadAsync(
                $"SELECT number, name {From} ORDER BY number COLLATE \"C\" LIMIT $2 OFFSET $3", r => new EmployerLine(r.GetString(0), r.GetString(1)), cancellation,
                like, Listing<EmployerLine>.PageRows, (page - 1) * Listing<EmployerLine>.PageRows), page, count);
    }

    /// <param name="to">The last month shown; null: the last that there are files of.</param>
    /// <exception cref="DataFaultException">EMPLOYER_UNKNOWN.</exception>
    public async Task<EmployerRecord> FindAsync(string number, YearMonth? to, CancellationToken cancellation)
    {
        (int id, string written, string name) = await new Tracing(area).EmployerAsync(number, cancellation);
        List<YearMonth> months = await area.ReadAsync(
            """
            SELECT DISTINCT month FROM :area.submission_month WHERE fact IN ('contribution', 'receipt') AND month <= $1 ORDER BY month DESC LIMIT $2
            """, r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, to?.FirstDay() ?? DateOnly.MaxValue, PageMonths + 1);
        if (months.Count == 0)
        {
            return new EmployerRecord(new EmployerLine(written, name), [], [], null);
        }

        YearMonth[] shown = [.. months.Take(PageMonths)];
        ILookup<YearMonth, (EmployerFile File, bool Accepted)> declared = (await DeclaredAsync(id, shown[^1].PlusMonths(-1), shown[0], cancellation)).ToLookup(f => f.File.Month);
        List<EmployerFile> receipts = await ReceiptsAsync(id, shown[^1], shown[0], cancellation);
        Dictionary<YearMonth, bool> paid = await PaidAsync(id, shown, cancellation);
        List<EmployerMonth> lines = [];
        foreach (YearMonth month in shown)
        {
            bool missing = !declared[month].Any() && declared[month.PlusMonths(-1)].Any(f => f.Accepted);
            if (missing || declared[month].Any() || paid.GetValueOrDefault(month))
            {
                TracedSums sums = await new TracedPeople(area).SumsAsync((id, month), cancellation);
                bool waits = paid.ContainsKey(month) || (area.Policy.TryFor(month)?.CreditsOnReceipt ?? false);
                lines.Add(new EmployerMonth(month, sums.People, sums.Paid, waits ? sums.Received : null, sums.Credited, missing));
            }
        }

        return new EmployerRecord(
            new EmployerLine(written, name), lines,
            [.. declared.SelectMany(d => d).Select(f => f.File).Where(f => f.Rows > 0 && f.Month >= shown[^1]).Concat(receipts).OrderByDescending(f => f.Month).ThenByDescending(f => f.Submission)],
            months.Count > PageMonths ? months[^1] : null);
    }

    // A decision's facts belong to the rows of the file that it decides.
    private Task<List<(EmployerFile File, bool Accepted)>> DeclaredAsync(int employer, YearMonth from, YearMonth to, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT c.contribution_month, c.submission_id, s.file, s.content, count(*) FILTER (WHERE c.row_no > 0 AND s.content <> 'decision'), bool_or(c.state = {FactState.Accepted:D})
        FROM :area.contribution c JOIN :area.submission s USING (submission_id)
        WHERE c.contribution_month >= $2 AND c.contribution_month <= $3 AND c.employer_id = $1 GROUP BY 1, 2, 3, 4
        """, r => (File(r), r.GetBoolean(5)), cancellation, employer, from.FirstDay(), to.FirstDay());

    private Task<List<EmployerFile>> ReceiptsAsync(int employer, YearMonth from, YearMonth to, CancellationToken cancellation) => area.ReadAsync(
        """
        SELECT r.receipt_month, r.submission_id, s.file, s.content, count(*) FROM :area.receipt r JOIN :area.submission s USING (submission_id)
        WHERE r.receipt_month >= $2 AND r.receipt_month <= $3 AND r.employer_id = $1 AND r.row_no > 0 GROUP BY 1, 2, 3, 4
        """, File, cancellation, employer, from.FirstDay(), to.FirstDay());

    // The months with money, and whether some is the employer's.
    private async Task<Dictionary<YearMonth, bool>> PaidAsync(int employer, YearMonth[] months, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT of, EXISTS (SELECT FROM :area.money_for_month x WHERE x.month = of AND x.employer_id = $1) FROM unnest($2::date[]) of
        WHERE EXISTS (SELECT FROM :area.money_for_month x WHERE x.month = of)
        """, r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetBoolean(1)), cancellation, employer, months.Select(m => m.FirstDay()).ToArray())).ToDictionary();

    private static EmployerFile File(Npgsql.NpgsqlDataReader r) => new(r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetString(2), r.GetString(3), r.GetInt64(4));
}
