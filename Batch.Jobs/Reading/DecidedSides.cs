using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>A row that a decision was about, or one beside it: what it declares.</summary>
/// <param name="IsOther">Another employer's row of the person and month, or the other line of the file.</param>
public sealed record DecidedSide(int Submission, int Row, string Employer, bool IsOther, IReadOnlyList<HeldFigure> Figures);

/// <summary>A row as a decision names it, with the person and month that it is about.</summary>
/// <param name="Decision">The submission that the decision made.</param>
internal readonly record struct DecidedRow(int Decision, int Submission, int Row, int Person, YearMonth Month);

/// <summary>The sides of decided payroll rows, as they were when each was decided.</summary>
internal sealed class DecidedSides(Area area)
{
    private sealed record Declared(YearMonth Month, int Person, int Employer, string EmployerName, int Submission, int Row, long Base, long PersonPaid, long EmployerPaid);

    public async Task<Dictionary<(int Submission, int Row), IReadOnlyList<DecidedSide>>> ReadAsync(IReadOnlyList<DecidedRow> rows, CancellationToken cancellation)
    {
        Dictionary<(int, int), IReadOnlyList<DecidedSide>> sides = [];
        foreach (IGrouping<YearMonth, DecidedRow> month in rows.GroupBy(r => r.Month))
        {
            List<Declared> declared = await DeclaredAsync(month.Key, [.. month.Select(r => r.Person)], cancellation);
            foreach (DecidedRow row in month)
            {
                sides[(row.Submission, row.Row)] = Of(row, declared);
            }
        }

        return sides;
    }

    // Of each employer the rows of its last file before the decision: what it declared earlier was replaced. Two lines of one file are two.
    private static List<DecidedSide> Of(DecidedRow row, List<Declared> declared)
    {
        List<Declared> before = [.. declared.Where(d => d.Person == row.Person && d.Submission < row.Decision)];
        if (before.Find(d => d.Submission == row.Submission && d.Row == row.Row) is not { } own)
        {
            return [];
        }

        IEnumerable<Declared> others = before.GroupBy(d => d.Employer)
            .SelectMany(e => e.Where(d => d.Submission == (e.Key == own.Employer ? own.Submission : e.Max(o => o.Submission)))).Where(d => d != own);
        return [Side(own, isOther: false), .. others.Select(d => Side(d, isOther: true))];
    }

    private static DecidedSide Side(Declared row, bool isOther) => new(
        row.Submission, row.Row, row.EmployerName, isOther,
        [new HeldFigure("缴费基数 base", row.Base), new HeldFigure("个人缴费 person paid", row.PersonPaid), new HeldFigure("单位缴费 employer paid", row.EmployerPaid)]);

    // A row that waits beside the person's month has the person's number below zero.
    private Task<List<Declared>> DeclaredAsync(YearMonth month, int[] persons, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT abs(c.person_id), c.employer_id, e.name, c.submission_id, c.row_no, c.base_fen, c.person_paid_fen, c.employer_paid_fen
        FROM {area.Schema.Part("contribution", month)} c JOIN :area.employer e USING (employer_id) JOIN :area.submission s USING (submission_id)
        WHERE c.person_id = ANY($1) AND c.row_no > 0 AND s.content <> 'decision' ORDER BY c.submission_id, c.row_no
        """,
        r => new Declared(month, r.GetInt32(0), r.GetInt32(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7)),
        cancellation, persons.Concat(persons.Select(p => -p)).ToArray());
}
