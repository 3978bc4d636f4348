using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Testing;
using Npgsql;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>
/// Once sealed, no row of an area's tables can be changed in any column, removed or added behind the program's back without <c>verify --all</c>
/// naming it. The tables and columns come from the database, so that a new one that nobody guards fails here.
/// </summary>
public sealed class TamperingTests
{
    // Not records: what is made again or moves by design.
    private static readonly Dictionary<string, string> Unguarded = new()
    {
        ["archive.archived_at"] = "when the bytes came; the submission says so too",
        ["upload"] = "how far a file on its way in has come",
        ["benefit_export"] = "what was told to the reimbursement side, made again from the ledger",
        ["benefit_change"] = "what was told to the reimbursement side, made again from the ledger",
        ["waiting_submission.month"] = "the plan of the next run, made again from its submission",
        ["refused_employer"] = "whom a refused file was about, read from its archived bytes; no money rests on it",
        ["reopening_proposal"] = "a proposal that waits; approved it becomes a reopening",
        ["employer added"] = "an employer that nobody has declared for: files with nothing but rejects leave such rows, too",
        ["record_shape added"] = "columns that no seal was made over",
        ["record_shape.kind"] = "a label of the columns",
    };

    private static readonly Dictionary<string, string> Nouns = new()
    {
        ["archive_part"] = "archived bytes",
        ["entry"] = "entries|totals|link",
        ["seal"] = "link",
        ["ledger"] = "link|act",
        ["money_match"] = "match",
        ["money_match_act"] = "match act",
        ["difference_act"] = "difference act",
        ["identity_change"] = "identity",
        ["identity_change_act"] = "identity act",
        ["identity_submission"] = "identity",
        ["record_seal"] = "its seal|not sealed|sealed, and gone|not what was sealed",
        ["record_shape"] = "seal",
        ["run_total"] = "totals",
        ["run_submission"] = "submission",
        ["waiting_submission"] = "waits|taken|submission",
        ["statement_year"] = "statement",
        ["withdrawn_statement_year"] = "statements",
    };

    // Every tamper, or one in eleven, is held against all that verify does: a check must not fail at a row that it does not expect.
    private static readonly int WholeEach = TestLength.Of(inShort: 11, inLong: 1);

    private WholeLine _cast = null!;

    [OneTimeSetUp]
    public async Task SealedCastAsync()
    {
        _cast = await WholeLine.OfTheCastAsync();
        // A line that nobody knows: its month is closed with it, accepted.
        await _cast.ImportTextAsync("交易日期,流水号,凭证号,对方户名,贷方金额\n2022-03-10,B1,,不明单位,1.00\n", new YearMonth(2022, 3));
        await _cast.EndYearTwiceAsync();
        await MatchMoneyAsync();
        await RenameAsync();
        await _cast.AssertCleanAsync(all: true, "as it was");
        // A superuser's liberties: no key, check or trigger stands in the way, and every change can be taken back.
        await _cast.TamperAsync(
            """
            DO $$ DECLARE c record; BEGIN
                FOR c IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE connamespace = ':area'::regnamespace AND contype IN ('f', 'c') AND conislocal AND coninhcount = 0 LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.owner, c.conname);
                END LOOP;
                FOR c IN SELECT attrelid::regclass AS owner, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = ':area'::regnamespace AND attidentity <> '' LOOP
                    EXECUTE format('ALTER TABLE %s ALTER %I DROP IDENTITY', c.owner, c.attname);
                END LOOP;
            END $$;
            ALTER TABLE :area.money_match_act DISABLE TRIGGER USER;
            ALTER TABLE :area.identity_change_act DISABLE TRIGGER USER;
            """);
    }

    // A receipt that the program matched with its line, and one by hand that was undone again.
    private async Task MatchMoneyAsync()
    {
        YearMonth month = new(2021, 6);
        await _cast.ImportTextAsync("单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号\nE1,甲有限公司,2021-06,60.00,2021-06-10,SK1\nE1,甲有限公司,2021-06,7.00,2021-06-10,SK2\n", month);
        await _cast.ImportTextAsync("交易日期,流水号,凭证号,对方户名,贷方金额\n2021-06-10,A1,SK1,甲有限公司,60.00\n2021-06-20,A2,,总公司,7.00\n", month);
        HandMatches hand = new(await _cast.OpenAsync());
        MatchDocument proposed = await hand.ProposeAsync(["A2"], [new ReceiptName("E1", month, "SK2")], "总公司代付", "operator", default);
        await hand.ConfirmAsync(proposed.Match, "reviewer", default);
        await hand.UndoAsync(proposed.Match, "认错了", "operator", default);
    }

    // Other names, proposed by one person and approved by another: several, since the end of a chain of seals is made again.
    private async Task RenameAsync()
    {
        foreach (string name in (string[])["某甲", "某乙", "某丙"])
        {
            byte[] scan = [.. "%PDF-1.7\n"u8, .. System.Text.Encoding.UTF8.GetBytes(name)];
            IdentityProposals proposals = new(await _cast.OpenAsync(), SystemClock.Instance)
            {
                Scans = await ScanFile.ReadAsync([new GivenScan("函.pdf", scan.Length, () => new MemoryStream(scan))], new ScanLimits(), default),
            };
            IdentityDocument proposed = await proposals.ProposeAsync(new Renaming(1, null, null, name, new LocalDate(2022, 2, 1), "公安函1号", "更名"), "operator", default);
            await proposals.ApproveAsync(proposed.Proposal, "reviewer", default);
        }
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        if (_cast is not null)
        {
            await _cast.DisposeAsync();
        }
    }

    [Test, CancelAfter(1_200_000)]
    public async Task Every_change_of_a_sealed_row_is_found_and_named()
    {
        List<string> unfound = [];
        int tried = 0;
        foreach ((string table, string[] columns) in await TablesAsync())
        {
            if (Unguarded.ContainsKey(table))
            {
                continue;
            }

            foreach ((string name, string sql) in Tampers(table, columns).Where(t => !Unguarded.ContainsKey(t.Name)))
            {
                tried++;
                if (await FoundAsync(table, sql, whole: tried % WholeEach == 0) is { } complaint)
                {
                    unfound.Add($"{name}: {complaint}");
                }
            }
        }

        Assert.That(unfound, Is.Empty);
        Assert.That(tried, Is.GreaterThan(120), "tampers tried");
        await _cast.AssertCleanAsync(all: true, "after all was put back");
    }

    [Test, CancelAfter(300_000)]
    public async Task A_changed_a_removed_and_an_inserted_record_of_the_audit_log_are_named_by_their_hundred()
    {
        await using WholeLine line = await _cast.CopyAsync();
        await line.TamperAsync("INSERT INTO batch.audit (at, who, area, act) SELECT now() - interval '1 day' + n * interval '1 minute', 'wang', '420100', 'act ' || n FROM generate_series(1, 250) n");
        await line.AssertCleanAsync(all: true, "sealed");
        await line.TamperAsync("CREATE TABLE batch.zz_saved AS SELECT * FROM batch.audit");
        // Its number is not sealed: an area that moves to another server keeps its order, not its numbers.
        string[] columns = await line.Database.ScalarAsync<string[]>(
            "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'batch.audit'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'audit_id'");
        foreach (string tamper in (string[])
            [
                .. columns.Select(c => $"UPDATE batch.audit SET {c} = {(c == "at" ? "at + interval '1 second'" : "'another'")} WHERE act = 'act 117'"),
                "DELETE FROM batch.audit WHERE act = 'act 117'",
                "INSERT INTO batch.audit (audit_id, at, who, area, act) OVERRIDING SYSTEM VALUE SELECT min(audit_id) - 1, min(at), 'li', '420100', 'act 0' FROM batch.audit",
            ])
        {
            await line.TamperAsync(tamper);
            VerificationCheck chain = (await line.VerifyAsync(all: true)).Checks.Single(c => c.Id == Invariants.Chain);
            string hundred = tamper.StartsWith("INSERT", StringComparison.Ordinal) ? "1" : "2";
            Assert.That(chain.First, Is.EqualTo($"420100 audit {hundred}: not what was sealed: audited"), tamper);
            await line.TamperAsync("DELETE FROM batch.audit; INSERT INTO batch.audit OVERRIDING SYSTEM VALUE SELECT * FROM batch.zz_saved");
        }

        await line.AssertCleanAsync(all: true, "after all was put back");
    }

    [TestCase("DELETE FROM batch.run_area WHERE run_id = 3", "420100 run 3: missing from run_area, the list of runs")]
    [TestCase("INSERT INTO batch.run_area VALUES (9000, '420100')", "420100 run 9000: in run_area, the list of runs, and not there")]
    public async Task The_common_list_of_runs_agrees_with_the_areas(string tamper, string told)
    {
        await _cast.TamperAsync("CREATE TABLE batch.zz_runs AS SELECT * FROM batch.run_area");
        await _cast.TamperAsync(tamper);
        VerificationDocument document = await _cast.VerifyAsync(all: false);
        await _cast.TamperAsync("DELETE FROM batch.run_area; INSERT INTO batch.run_area SELECT * FROM batch.zz_runs; DROP TABLE batch.zz_runs");
        Assert.That(document.Checks.Single(c => c.Id == Invariants.Chain).First, Is.EqualTo(told));
    }

    private static IEnumerable<(string Name, string Sql)> Tampers(string table, string[] columns)
    {
        // The first row by its place in the table, whatever it is.
        const string First = "(tableoid, ctid) = (SELECT tableoid, ctid FROM :area.{0} ORDER BY tableoid, ctid LIMIT 1)";
        string first = string.Format(System.Globalization.CultureInfo.InvariantCulture, First, table);
        foreach (string column in columns)
        {
            string[] parts = column.Split(' ', 2);
            string other = parts[1] switch
            {
                "date" => $"coalesce({parts[0]}, '2020-01-01') + 1",
                "boolean" => $"NOT coalesce({parts[0]}, false)",
                "text" => $"coalesce({parts[0]}, '') || '~'",
                "text[]" => $"{parts[0]} || '~'",
                "bytea" => $"set_byte({parts[0]}, 0, (get_byte({parts[0]}, 0) + 1) % 256)",
                "jsonb" => """'{"tampered": ["with"]}'""",
                "timestamp with time zone" => $"coalesce({parts[0]}, now()) + interval '1 minute'",
                _ => $"coalesce({parts[0]}, 0) + 1",
            };
            yield return ($"{table}.{parts[0]}", $"UPDATE :area.{table} SET {parts[0]} = {other} WHERE {first}");
        }

        yield return ($"{table} removed", $"DELETE FROM :area.{table} WHERE {first}");
        // Added: a copy under another number, or the same row once more where it has no key.
        string[] names = [.. columns.Select(c => c.Split(' ')[0])];
        string number = names.FirstOrDefault(n => n is "row_no" or "fault_no" or "employer_id" or "ordinal" or "shape_id" or "person_id" or "account_id" or "part") ?? names[0];
        string type = columns.First(c => c.StartsWith(number + " ", StringComparison.Ordinal)).Split(' ', 2)[1];
        string another = type switch { "text" => $"{number} || '~'", "bytea" => $"{number} || '~'::bytea", "date" => $"{number} + 1", "boolean" => number, _ => $"{number} + 9000" };
        string values = string.Join(", ", names.Select(n => n == number ? another : n == "citizen" ? "citizen + 1" : n == "number" && table == "employer" ? "number || '~'" : n));
        yield return ($"{table} added", $"INSERT INTO :area.{table} ({string.Join(", ", names)}) OVERRIDING SYSTEM VALUE SELECT {values} FROM :area.{table} WHERE {first}");
    }

    /// <summary>Null: it was found, or the database itself refused it.</summary>
    /// <param name="whole">All that <c>verify</c> does is done; else no more than its seals where these name the table already.</param>
    private async Task<string?> FoundAsync(string table, string sql, bool whole)
    {
        await _cast.TamperAsync($"CREATE TABLE IF NOT EXISTS batch.zz_saved AS SELECT * FROM :area.{table} WITH NO DATA; INSERT INTO batch.zz_saved SELECT * FROM :area.{table}");
        try
        {
            await _cast.TamperAsync(sql);
        }
        catch (Npgsql.PostgresException refused) when (refused.SqlState.StartsWith("23", StringComparison.Ordinal) || refused.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            await _cast.TamperAsync("DROP TABLE batch.zz_saved");
            return null;
        }

        VerificationDocument document;
        try
        {
            document = whole ? await _cast.VerifyAsync(all: true) : await SealsAsync();
            document = whole || Tells(document, table) ? document : await _cast.VerifyAsync(all: true);
        }
        catch (Exception fault) when (fault is Npgsql.PostgresException or InvalidOperationException or InvalidCastException or FormatException or KeyNotFoundException)
        {
            return $"verify itself fails: {fault.Message}";
        }
        finally
        {
            await _cast.TamperAsync($"DELETE FROM :area.{table}; INSERT INTO :area.{table} OVERRIDING SYSTEM VALUE SELECT * FROM batch.zz_saved; DROP TABLE batch.zz_saved");
        }

        return document.Ok ? "not found" : Tells(document, table) ? null : $"named otherwise: {string.Join("; ", Told(document))}";
    }

    private async Task<VerificationDocument> SealsAsync()
    {
        Findings findings = new(_cast.Schema.Code);
        await using NpgsqlConnection connection = await _cast.Connection.Program.OpenConnectionAsync();
        VerificationScope scope = await VerificationScope.ReadAsync(_cast.Schema.On(connection), all: true, default);
        await new SealChain(_cast.Schema.On(connection), scope, findings).CheckAsync(default);
        await new RecordSeals(_cast.Schema.On(connection), scope, findings).CheckAsync(default);
        return findings.Document();
    }

    private static bool Tells(VerificationDocument document, string table) => Told(document).Any(t => Names(table).Any(t.Contains));

    private static IEnumerable<string> Told(VerificationDocument document) => document.Checks.Where(c => !c.Ok).Select(c => c.First ?? "");

    // A seal's sentence has the table; the other checks' have the noun of what it holds.
    private static string[] Names(string table) => Nouns.TryGetValue(table, out string? noun) ? [table, .. noun.Split('|')] : [table];

    private async Task<List<(string Table, string[] Columns)>> TablesAsync()
    {
        string[] lines = await _cast.Database.ScalarAsync<string[]>(
            """
            SELECT array_agg(line ORDER BY line) FROM (
                SELECT c.relname || '|' || string_agg(a.attname || ' ' || format_type(a.atttypid, NULL), '|' ORDER BY a.attnum) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE c.relnamespace = 'area_420100'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname) t
            """);
        List<(string, string[])> tables = [];
        foreach (string[] parts in lines.Select(l => l.Split('|')))
        {
            if (await _cast.Database.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM area_420100.{parts[0]})"))
            {
                tables.Add((parts[0], parts[1..]));
            }
        }

        return tables;
    }
}
