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
    private sealed record Declared(ContributionFact Fact, int Submission, string EmployerName);

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
        List<Declared> before = [.. declared.Where(d => Math.Abs(d.Fact.Person) == row.Person && d.Submission < row.Decision)];
        if (before.Find(d => d.Submission == row.Submission && d.Fact.Row == row.Row) is not { } own)
        {
            return [];
        }

        IEnumerable<Declared> others = before.GroupBy(d => d.Fact.Employer)
            .SelectMany(e => e.Where(d => d.Submission == (e.Key == own.Fact.Employer ? own.Submission : e.Max(o => o.Submission)))).Where(d => d != own);
        return [Side(own, isOther: false), .. others.Select(d => Side(d, isOther: true))];
    }

    private static DecidedSide Side(Declared row, bool isOther) => new(
        row.Submission, row.Fact.Row, row.EmployerName, isOther, [.. row.Fact.Figures.Select(f => new HeldFigure(f.Name, f.Amount?.Fen))]);

    // A row that waits beside the person's month has the person's number below zero.
    private Task<List<Declared>> DeclaredAsync(YearMonth month, int[] persons, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT c.*, e.name FROM (SELECT {ContributionFact.Selected} FROM {area.Schema.Part(ContributionFact.Table, month)} WHERE person_id = ANY($1) AND row_no > 0) c
        JOIN :area.employer e ON e.employer_id = c.employer_id JOIN :area.submission s ON s.submission_id = c.submission_id
        WHERE s.content <> 'decision' ORDER BY c.submission_id, c.row_no
        """,
        r => new Declared(ContributionFact.Read(r, month), r.GetInt32(DeclaredFacts.SubmissionColumn), r.GetString(r.FieldCount - 1)),
        cancellation, persons.Concat(persons.Select(p => -p)).ToArray());
}
