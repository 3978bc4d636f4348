using Batch.Jobs.Areas;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Import;

/// <summary>Appends movements by binary COPY straight into their months.</summary>
public sealed class MovementWriter(NpgsqlConnection connection, AreaSchema area)
{
    private readonly Dictionary<YearMonth, List<(MovementFact Fact, int Submission)>> _pending = [];
    private readonly FactTables _tables = new(connection, area, "movement");

    /// <summary>Months whose tables are new in this transaction: the parent table does not show them yet.</summary>
    public IEnumerable<YearMonth> Fresh => _tables.Fresh;

    public void Add(in MovementFact fact, int submission)
    {
        if (!_pending.TryGetValue(fact.Month, out List<(MovementFact, int)>? facts))
        {
            _pending.Add(fact.Month, facts = []);
        }

        facts.Add((fact, submission));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach ((YearMonth month, List<(MovementFact, int)> facts) in _pending.Where(p => p.Value.Count > 0))
        {
            await _tables.OpenAsync(month, cancellation);
            await CopyAsync(month, facts, cancellation);
            facts.Clear();
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        await _tables.CloseAsync(cancellation);
    }

    private async Task CopyAsync(YearMonth month, List<(MovementFact Fact, int Submission)> facts, CancellationToken cancellation)
    {
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            $"""
            COPY {area.Part("movement", month)} (movement_month, on_date, person_id, kind, channel, member, reference, submission_id, row_no, state, amount_fen, ground,
                document, counterpart) FROM STDIN (FORMAT binary)
            """, cancellation);
        DateOnly first = month.FirstDay();
        foreach ((MovementFact fact, int submission) in facts)
        {
            copy.StartRow();
            copy.Write(first, NpgsqlDbType.Date);
            copy.Write(fact.On, NpgsqlDbType.Date);
            copy.Write(fact.Person, NpgsqlDbType.Integer);
            copy.Write((short)fact.Identity.Kind, NpgsqlDbType.Smallint);
            copy.Write((short)fact.Identity.Channel, NpgsqlDbType.Smallint);
            copy.Write(fact.Identity.Member, NpgsqlDbType.Bigint);
            copy.Write(fact.Identity.Reference, NpgsqlDbType.Text);
            copy.Write(submission, NpgsqlDbType.Integer);
            copy.Write(fact.Row, NpgsqlDbType.Integer);
            copy.Write((short)fact.State, NpgsqlDbType.Smallint);
            copy.Write(fact.Fen, NpgsqlDbType.Bigint);
            copy.Write((short)fact.Ground, NpgsqlDbType.Smallint);
            WriteText(copy, fact.Document);
            WriteText(copy, fact.Counterpart);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static void WriteText(NpgsqlBinaryImporter copy, string? text)
    {
        if (text is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(text, NpgsqlDbType.Text);
        }
    }
}
