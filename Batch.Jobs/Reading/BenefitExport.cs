using Batch.Jobs.Files;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

public sealed record BenefitExportDocument(string Area, YearMonth Month, int People, int Rows, int Eligible, int Suspended, int Waiting, int Ended, int NotEnrolled, string File);

/// <summary>
/// The month's file for the reimbursement side: only what changed since the last one, late facts included. What was told is kept, so that the
/// same month asked again gives the same bytes, and the next one the changes since.
/// </summary>
public sealed class BenefitExport(Area area)
{
    public async Task<BenefitExportDocument> WriteAsync(YearMonth month, ReportFormat format, string path, CancellationToken cancellation)
    {
        await using (NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation))
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation))
        {
            // One file at a time: the next one is told what this one said.
            await using NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext($1))", connection) { CommandTimeout = 0 };
            gate.Parameters.AddWithValue(area.Schema.Name + ".benefits");
            await gate.ExecuteNonQueryAsync(cancellation);
            if (!await IsToldAsync(connection, month, cancellation))
            {
                await TellAsync(connection, month, cancellation);
                await transaction.CommitAsync(cancellation);
            }
        }

        await ReportFile.WriteAsync(area, new BenefitFile(), month, format, path, cancellation);
        return await DocumentAsync(month, path, cancellation);
    }

    /// <summary>True when the month's file was made before. A month before the last file, or one whose payments are not closed, has none.</summary>
    private async Task<bool> IsToldAsync(NpgsqlConnection connection, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql(
            """
            SELECT EXISTS (SELECT FROM :area.benefit_export WHERE month = $1), (SELECT max(month) FROM :area.benefit_export),
                   (SELECT min(l.month) FROM :area.ledger l WHERE l.act = 'post' AND l.month < $1 AND l.month > coalesce(:area.last_closed(), '-infinity')),
                   (SELECT max(l.month) FROM :area.ledger l)
            """), connection);
        command.Parameters.AddWithValue(month.FirstDay());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetBoolean(0))
        {
            return true;
        }

        if (!reader.IsDBNull(1) && reader.GetFieldValue<DateOnly>(1).Month() is { } last && last > month)
        {
            throw new DataFaultException(
                "BENEFITS_TOLD_LATER", $"{last.Text()} 的待遇变更文件已经导出，{month.Text()} 的变更已包含在内。",
                $"The file of {last.Text()} is written already; what changed in {month.Text()} is in it.");
        }

        YearMonth? open = reader.IsDBNull(2) ? null : reader.GetFieldValue<DateOnly>(2).Month();
        YearMonth? known = reader.IsDBNull(3) ? null : reader.GetFieldValue<DateOnly>(3).Month();
        if (open is not null || known is null || month > known.Value.Next())
        {
            YearMonth missing = open ?? known?.Next() ?? month;
            throw new DataFaultException(
                "BENEFITS_BEFORE_CLOSING", $"{missing.Text()} 尚未入账结账，未缴费的人无法确定；请先结账，再导出 {month.Text()} 的待遇文件。",
                $"{missing.Text()} is not posted and closed, so that who has not paid is not known; close it before the file of {month.Text()}.");
        }

        return false;
    }

    private async Task TellAsync(NpgsqlConnection connection, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand most = new(area.Schema.Sql("SELECT coalesce(max(person_id), 0) FROM :area.person"), connection);
        int lastPerson = (int)(await most.ExecuteScalarAsync(cancellation))!;
        int people = 0, spells = 0;
        for (int first = 0; first <= lastPerson; first += RunPlan.ChunkPersons)
        {
            List<(int Person, IReadOnlyList<BenefitSpell> Spells)> changes = await ChangesAsync(connection, first, first + RunPlan.ChunkPersons - 1, month, cancellation);
            people += changes.Count;
            spells += changes.Sum(c => c.Spells.Count);
            await WriteAsync(connection, month, changes, cancellation);
        }

        await using NpgsqlCommand told = new(area.Schema.Sql("INSERT INTO :area.benefit_export (month, people, spells) VALUES ($1, $2, $3)"), connection);
        told.Parameters.AddWithValue(month.FirstDay());
        told.Parameters.AddWithValue(people);
        told.Parameters.AddWithValue(spells);
        await told.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<List<(int, IReadOnlyList<BenefitSpell>)>> ChangesAsync(NpgsqlConnection connection, int first, int last, YearMonth month, CancellationToken cancellation)
    {
        SortedDictionary<int, List<BenefitSpell>> told = await ToldAsync(connection, first, last, cancellation);
        SortedDictionary<int, BenefitFacts> facts = await BenefitFacts.ReadAsync(area.On(connection), first, last, month, cancellation);
        List<(int, IReadOnlyList<BenefitSpell>)> changes = [];
        foreach (int person in told.Keys.Union(facts.Keys).Order())
        {
            IReadOnlyList<BenefitSpell> now = facts.TryGetValue(person, out BenefitFacts? known) ? known.Fold(month, area.Policy) : [];
            IReadOnlyList<BenefitSpell> changed = BenefitChanges.Between(told.GetValueOrDefault(person) ?? [], now, month);
            if (changed.Count > 0)
            {
                changes.Add((person, changed));
            }
        }

        return changes;
    }

    private async Task<SortedDictionary<int, List<BenefitSpell>>> ToldAsync(NpgsqlConnection connection, int first, int last, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql(
            "SELECT person_id, month, from_month, status, waiting_until FROM :area.benefit_change WHERE person_id BETWEEN $1 AND $2 ORDER BY person_id, month, from_month"), connection)
        { CommandTimeout = 0 };
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(last);
        SortedDictionary<int, List<BenefitSpell>> told = [];
        List<(int Person, DateOnly Month, BenefitSpell Spell)> rows = await command.ListAsync(
            r => (
                r.GetInt32(0), r.GetFieldValue<DateOnly>(1),
                new BenefitSpell((BenefitStatus)r.GetInt16(3), r.GetFieldValue<DateOnly>(2).Month(), null, r.IsDBNull(4) ? null : r.GetFieldValue<DateOnly>(4).Month())),
            cancellation);
        foreach (IGrouping<(int Person, DateOnly), (int, DateOnly, BenefitSpell Spell)> file in rows.GroupBy(r => (r.Person, r.Month)))
        {
            told[file.Key.Person] = BenefitChanges.Apply(told.GetValueOrDefault(file.Key.Person) ?? [], [.. file.Select(r => r.Spell)]);
        }

        return told;
    }

    private async Task WriteAsync(NpgsqlConnection connection, YearMonth month, List<(int Person, IReadOnlyList<BenefitSpell> Spells)> changes, CancellationToken cancellation)
    {
        await using CopyRows copy = await CopyRows.BeginAsync(
            connection, area.Schema.Sql(":area.benefit_change"), "month, person_id, from_month, status, waiting_until", cancellation);
        foreach ((int person, IReadOnlyList<BenefitSpell> spells) in changes)
        {
            foreach (BenefitSpell spell in spells)
            {
                copy.StartRow();
                copy.Write(month.FirstDay());
                copy.Write(person);
                copy.Write(spell.From.FirstDay());
                copy.Write((short)spell.Status);
                copy.Write(spell.WaitingUntil?.FirstDay());
            }
        }

        await copy.CompleteAsync(cancellation);
    }

    private async Task<BenefitExportDocument> DocumentAsync(YearMonth month, string path, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Program.CreateCommand(area.Schema.Sql(
            $"""
            SELECT e.people, e.spells, count(*) FILTER (WHERE status = {BenefitStatus.Eligible:D}), count(*) FILTER (WHERE status = {BenefitStatus.Suspended:D}), count(*) FILTER (WHERE status = {BenefitStatus.Waiting:D}),
                   count(*) FILTER (WHERE status = {BenefitStatus.Ended:D}), count(*) FILTER (WHERE status = {BenefitStatus.NotEnrolled:D})
            FROM :area.benefit_export e LEFT JOIN (
                SELECT DISTINCT ON (person_id) month, person_id, status FROM :area.benefit_change WHERE month = $1 ORDER BY person_id, from_month DESC) c USING (month)
            WHERE e.month = $1 GROUP BY 1, 2
            """));
        command.Parameters.AddWithValue(month.FirstDay());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        int Count(int column) => (int)reader.GetInt64(column);
        return new BenefitExportDocument(area.Schema.Code, month, reader.GetInt32(0), reader.GetInt32(1), Count(2), Count(3), Count(4), Count(5), Count(6), path);
    }
}
