using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// A replacement is the whole statement of its employers for its month: people whom it no longer names are withdrawn. More than a tenth
/// left out needs a confirmation, and a file with unreadable rows withdraws nobody: it is refused, since a mistyped number would look like a leaver.
/// </summary>
internal sealed class Replacement<TFact>(IntakeConnection connection)
    where TFact : struct, IDeclaredFact<TFact>
{
    /// <summary>The withdrawals that the file brings; or why it is refused.</summary>
    public async Task<(Rejection? Refusal, List<TFact> Withdrawn)> LeftOutAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        if (draft.Month is not { } month)
        {
            return (null, []);
        }

        if (ReplacementRefusal.OfUnreadable(draft) is { } unreadable)
        {
            return (unreadable, []);
        }

        List<TFact> leftOut = [], waiting = [];
        int inForce = await ReadAsync(draft, month, leftOut, waiting, cancellation);
        return ReplacementRefusal.OfLeftOut(leftOut.Count, inForce, confirm) is { } refusal ? (refusal, []) : (null, [.. leftOut, .. waiting]);
    }

    private async Task<int> ReadAsync(FileDraft draft, YearMonth month, List<TFact> leftOut, List<TFact> waiting, CancellationToken cancellation)
    {
        int inForce = 0;
        string part = connection.Itself.Part(TFact.Table, month);
        if (!await connection.ExistsAsync(part, cancellation))
        {
            return 0;
        }

        PersonSet present = draft.Present.GetValueOrDefault(month) ?? new PersonSet();
        await using NpgsqlCommand command = connection.Itself.Command(
            $"SELECT * FROM ({DeclaredFacts.InForce<TFact>(part, TFact.OfEmployers)}) latest WHERE state <> {(short)FactState.Withdrawn} ORDER BY person_id");
        command.Parameters.AddWithValue(draft.Employers.ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            TFact fact = TFact.Read(reader, month);
            TFact withdrawn = TFact.Withdrawn(month, fact.Person, fact.Employer);
            if (fact.Person < 0)
            {
                // What waited beside somebody's month is nobody's: it waits on only if the replacement says it again.
                waiting.AddRange(reader.GetInt32(DeclaredFacts.SubmissionColumn) == draft.Submission ? [] : [withdrawn]);
                continue;
            }

            inForce++;
            if (!present.Contains(fact.Person))
            {
                leftOut.Add(withdrawn);
            }
        }

        return inForce;
    }
}
