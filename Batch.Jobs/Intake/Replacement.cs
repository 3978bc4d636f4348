using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// A replacement is the whole statement of its employers for its month: people whom it no longer names are withdrawn. More than a tenth
/// left out needs a confirmation, and a file with unreadable rows withdraws nobody: it is refused, since a mistyped number would look like a leaver.
/// </summary>
public sealed class Replacement(AreaSchema area, NpgsqlConnection connection, BlockIntake intake, FactKind kind)
{
    public async Task<Rejection?> WithdrawAsync(FileDraft draft, YearMonth month, bool confirm, CancellationToken cancellation)
    {
        if (draft.Rejected > 0)
        {
            return new Rejection("REPLACEMENT_UNREADABLE_ROWS", 0, "", draft.Rejected.ToString(System.Globalization.CultureInfo.InvariantCulture), "0");
        }

        List<FactRow> waiting = [];
        (List<FactRow> leftOut, int standing) = await LeftOutAsync(draft, month, waiting, cancellation);
        if (leftOut.Count * 10L > standing && !confirm)
        {
            return new Rejection("REPLACEMENT_LEAVES_OUT", 0, "", FormattableString.Invariant($"{leftOut.Count}/{standing}"), "10 %");
        }

        await intake.AppendAsync(draft, leftOut.Concat(waiting).Select(row => row with { State = FactState.Withdrawn, Row = 0 }));

        return null;
    }

    private async Task<(List<FactRow> LeftOut, int Standing)> LeftOutAsync(
        FileDraft draft, YearMonth month, List<FactRow> waiting, CancellationToken cancellation)
    {
        List<FactRow> leftOut = [];
        int standing = 0;
        string table = kind == FactKind.Contribution ? "contribution" : "pension";
        string part = area.Part(table, month);
        await using (NpgsqlCommand exists = new("SELECT to_regclass($1) IS NOT NULL", connection))
        {
            exists.Parameters.AddWithValue(part);
            if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                return (leftOut, 0);
            }
        }

        PersonSet present = draft.Present.GetValueOrDefault(month) ?? new PersonSet();
        string sql = kind == FactKind.Contribution
            ? $"""
               SELECT person_id, employer_id, submission_id FROM (
                   SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, state, submission_id FROM {part} WHERE employer_id = ANY($1)
                   ORDER BY person_id, employer_id, {FactVersions.LatestFirst}) latest
               WHERE state <> 3 ORDER BY person_id
               """
            : $"""
               SELECT person_id, 0, submission_id FROM (
                   SELECT DISTINCT ON (person_id) person_id, state, submission_id FROM {part}
                   ORDER BY person_id, {FactVersions.LatestFirst}) latest
               WHERE state <> 3 AND $1 IS NOT NULL ORDER BY person_id
               """;
        await using NpgsqlCommand command = new(sql, connection);
        command.Parameters.AddWithValue(draft.Employers.ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            FactRow withdrawn = new(month, reader.GetInt32(0), reader.GetInt32(1), 0, FactState.Withdrawn, 0, 0, 0, null);
            if (withdrawn.Person < 0)
            {
                // What waited beside somebody's month is nobody's: it waits on only if the replacement says it again.
                waiting.AddRange(reader.GetInt32(2) == draft.Submission ? [] : [withdrawn]);
                continue;
            }

            standing++;
            if (!present.Contains(withdrawn.Person))
            {
                leftOut.Add(withdrawn);
            }
        }

        return (leftOut, standing);
    }
}
