using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>A figure of a held row; null: not given.</summary>
public readonly record struct HeldFigure(string Name, long? Fen);

/// <summary>A row that waits for an operator's decision, with what he needs to decide. Rows of one person and month stand together: they are the sides of one question.</summary>
/// <param name="Fact">The kind of fact that it would be.</param>
/// <param name="Submission">Where it came from; with <paramref name="Row"/> what a decision names.</param>
/// <param name="Code">Why it is held.</param>
/// <param name="Citizen">Masked, as is the name.</param>
/// <param name="Employer">Number of the employer; empty where there is none.</param>
public sealed record HeldRow(
    string Fact, int Submission, int Row, YearMonth Month, string Code, string Citizen, string Name, string Employer, string EmployerName, string File, string ReceivedBy,
    IReadOnlyList<HeldFigure> Figures)
{
    /// <summary>What the row says and what is on record, as its fault named them; masked where they are personal.</summary>
    public string Found { get; init; } = "";
    public string Expected { get; init; } = "";

    /// <summary>What was paid on it, where it is a contribution.</summary>
    internal Money PersonPaid { get; init; }
    internal Money EmployerPaid { get; init; }

    /// <summary>It waits beside the person's month: it may be another person's, or may not replace what was paid.</summary>
    public bool Beside { get; init; }

    /// <summary>The name that the row gives, where another one is on record or in the file for its number; else the name on record. Masked.</summary>
    public string NameInFile => Code is Files.Codes.NameDiffers or Files.Codes.NumberShared && Found.Length > 0 ? Found : Name;

    /// <summary>The change of status that it is; null for rows of money.</summary>
    public Facts.PersonEvent? Event { get; init; }
}

/// <summary>Why a row is held, with what it said and what was expected.</summary>
internal readonly record struct HeldReason(string Code, string Found, string Expected);

/// <summary>One kind of facts of which some can be held.</summary>
internal interface IHeldFacts
{
    /// <summary>The word in the tables.</summary>
    string Fact { get; }

    /// <param name="month">Null: all months.</param>
    Task<List<HeldRow>> ListAsync(NpgsqlConnection connection, YearMonth? month, CancellationToken cancellation);

    /// <summary>
    /// Writes the facts of a decision about one row, under the area's intake lock. False: the submission has no such row of this kind that is held.
    /// </summary>
    Task<bool> DecideAsync(NpgsqlConnection connection, Decision decision, FileDraft draft, CancellationToken cancellation);
}

/// <summary>Lists what is held in an area.</summary>
public sealed class HeldRows(AreaSchema area)
{
    /// <param name="program">For decisions; null: the rows are only listed.</param>
    internal static IReadOnlyList<IHeldFacts> Kinds(AreaSchema area, NpgsqlDataSource? program = null) =>
        [new HeldDeclarations<ContributionFact>(area), new HeldDeclarations<PensionFact>(area), new HeldMovements(area, program), new HeldEvents(area)];

    public async Task<IReadOnlyList<HeldRow>> ListAsync(NpgsqlConnection connection, YearMonth? month, CancellationToken cancellation)
    {
        List<HeldRow> rows = [];
        foreach (IHeldFacts kind in Kinds(area))
        {
            rows.AddRange(await kind.ListAsync(connection, month, cancellation));
        }

        HashSet<(int, int)> mended = rows.Count == 0 ? [] : await MendedRows.HeldAsync(area.On(connection), [.. rows.Select(r => r.Submission)], cancellation);
        rows.RemoveAll(r => mended.Contains((r.Submission, r.Row)));
        return rows;
    }

    /// <summary>Months in which rows of a kind were ever held.</summary>
    internal static Task<List<YearMonth>> MonthsAsync(AreaSession area, string fact, CancellationToken cancellation) =>
        area.ReadAsync(
            "SELECT DISTINCT m.month FROM :area.submission_month m JOIN :area.submission s USING (submission_id) WHERE m.fact = $1 AND s.held > 0 ORDER BY 1",
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, fact);

    /// <summary>Why a row is held: its own fault, or the other side's.</summary>
    internal static async Task<Dictionary<(int Submission, int Row), HeldReason>> ReasonsAsync(
        AreaSession area, int[] submissions, int[] rows, CancellationToken cancellation) =>
        (await area.ReadAsync(
            $"""
            SELECT DISTINCT ON (r.submission_id, r.row_no) r.submission_id, r.row_no, r.code, r.found, r.expected FROM :area.rejection r JOIN unnest($1, $2) t (s, n) ON t.s = r.submission_id AND t.n = r.row_no
            WHERE r.code IN ({Files.RejectionCodes.HeldList}) ORDER BY 1, 2, 3
            """, r => ((r.GetInt32(0), r.GetInt32(1)), new HeldReason(r.GetString(2), r.GetString(3), r.GetString(4))), cancellation, submissions, rows)).ToDictionary();

    internal static async Task<Dictionary<int, (string Citizen, string Name)>> PersonsAsync(AreaSession area, int[] persons, CancellationToken cancellation) =>
        (await area.ReadAsync(
            "SELECT person_id, citizen, name FROM :area.insured WHERE person_id = ANY($1)",
            r => (r.GetInt32(0), (Masking.Number(r.GetInt64(1)), Masking.Name(r.GetString(2)))), cancellation, persons)).ToDictionary();

    internal static async Task<Dictionary<int, (string File, string By)>> FilesAsync(AreaSession area, int[] submissions, CancellationToken cancellation) =>
        (await area.ReadAsync(
            "SELECT submission_id, file, received_by FROM :area.submission WHERE submission_id = ANY($1)",
            r => (r.GetInt32(0), (r.GetString(1), r.GetString(2))), cancellation, submissions)).ToDictionary();
}
