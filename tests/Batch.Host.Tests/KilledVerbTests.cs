using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Every verb of a month, killed with SIGKILL at a random moment (in the long form at five) and run again, ends where an undisturbed month ends.</summary>
public class KilledVerbTests
{
    private static readonly int Kills = TestLength.Of(1, 5);
    private const string Area = "420100";
    private const int People = 3000;

    // What a month leaves behind, without the moments at which it was written.
    private static readonly string[] State =
    [
        "SELECT person_id, citizen, name, birth, submission_id FROM :area.person ORDER BY 1",
        "SELECT account_id, person_id, opened, submission_id FROM :area.account ORDER BY 1",
        "SELECT submission_id, content, kind, month, file, encode(sha256, 'hex'), refused, rows, accepted, unchanged, held, rejected, person_paid_fen, employer_paid_fen FROM :area.submission ORDER BY 1",
        "SELECT * FROM :area.rejection ORDER BY 1, 2, 3",
        "SELECT contribution_month, person_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen FROM :area.contribution ORDER BY 1, 2, 3, 4",
        "SELECT * FROM :area.pension ORDER BY 1, 2, 3, 4",
        "SELECT receipt_month, document, submission_id, row_no, state, amount_fen, late_fee_fen, interest_fen, received_on FROM :area.receipt ORDER BY 1, 2, 3, 4",
        "SELECT month, people, spells FROM :area.benefit_export ORDER BY 1",
        "SELECT * FROM :area.benefit_change ORDER BY 1, 2, 3",
        "SELECT * FROM :area.child_row ORDER BY 1, 2",
        "SELECT * FROM :area.rejected_row ORDER BY 1, 2",
        "SELECT submission_id, held_in, held_row, act, decided_by FROM :area.decision ORDER BY 1",
        "SELECT upload_id, file, kind, state, submission_id, already, rows_read FROM :area.upload ORDER BY 1",
        "SELECT * FROM :area.waiting_submission ORDER BY 1",
        "SELECT run_id, kind, posting_month, state, ledger_head, made_by, digest, approved_by, ended_by FROM :area.run ORDER BY 1",
        "SELECT * FROM :area.entry ORDER BY 1, 2, 3, 4, 5",
        "SELECT * FROM :area.run_total ORDER BY 1, 2, 3",
        "SELECT seq, act, run_id, month, by FROM :area.ledger ORDER BY 1",
        "SELECT * FROM :area.closing ORDER BY 1, 2",
        // The seal of a reopening is made over its moment, and every hash after it follows from it.
        "SELECT seq, s.content FROM :area.seal s JOIN :area.ledger l USING (seq) WHERE l.act <> 'reopen' ORDER BY 1",
        "SELECT seq, hash FROM :area.seal WHERE seq < (SELECT min(seq) FROM :area.ledger WHERE act = 'reopen') ORDER BY 1",
        "SELECT * FROM :area.statement ORDER BY 1, 2",
        "SELECT area, kind, content, proposed_by FROM batch.policy_change ORDER BY 1, 2, 3",
        "SELECT count(*) FROM batch.policy_approval",
        // One-time passwords and keys that nobody has read are given anew: what counts is what is in force.
        "SELECT name, roles, one_time, disabled FROM batch.user_now ORDER BY 1",
        "SELECT name, scopes, areas, by FROM batch.api_key k WHERE NOT EXISTS (SELECT FROM batch.api_key_revoked r WHERE r.key_id = k.key_id) ORDER BY 1",
        "SELECT area, work, cron, missed, enabled, argument, proposed_by, approved_by FROM batch.schedule_now ORDER BY 1, 2",
    ];

    [Test, CancelAfter(1_200_000)]
    public async Task A_month_whose_verbs_are_killed_ends_as_an_undisturbed_one()
    {
        int seed = Environment.GetEnvironmentVariable("BATCH_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        TestContext.Out.WriteLine($"BATCH_SEED={seed}");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("killed");
        try
        {
            // Each has a database of its own, so they live at the same time.
            string[] left = await Task.WhenAll(LiveAsync(Path.Combine(folder.FullName, "calm"), null), LiveAsync(Path.Combine(folder.FullName, "killed"), new Random(seed)));
            Assert.That(left[1], Is.EqualTo(left[0]), $"seed {seed}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> LiveAsync(string files, Random? random)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        BatchCli batch = new() { Db = database.Url };
        string people = People.ToString(CultureInfo.InvariantCulture);
        await DoAsync(batch, random, "generate", "--people", people, "--month", "2021-06", "--months", "2", "--area", Area, "--seed", "7", "--faults", "0.01", "--out", files);
        List<string> bytes = [.. Directory.GetFiles(files).Order(StringComparer.Ordinal).Select(f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))))];
        foreach (string month in new[] { "2021-06", "2021-07" })
        {
            // The payroll first: its rejected rows are mended below.
            string[] ofMonth = [.. Directory.GetFiles(files, $"*{month.Replace("-", "", StringComparison.Ordinal)}.csv")
                .OrderBy(f => !Path.GetFileName(f).StartsWith("payroll", StringComparison.Ordinal)).ThenBy(f => f, StringComparer.Ordinal)];
            await DoAsync(batch, random, ["import", .. ofMonth, "--area", Area, "--month", month, "--by", "operator"]);
            if (month == "2021-07")
            {
                bytes.Add(await MendAsync(batch, random, files));
            }

            await PostAsync(batch, random, month);
            await DoAsync(batch, random, "close", "--area", Area, "--month", month, "--accept-differences", "核实", "--by", "closer");
        }

        await AppointAsync(batch, random);
        // A retroactive figure: the differences of both months, in the open one.
        string hash = (await DoAsync(batch, random, "policy", "set", Area, "average-wage=8000", "--from", "2021-06", "--document", "文号1", "--by", "administrator")).GetProperty("hash").GetString()!;
        await DoAsync(batch, random, "policy", "approve", hash, "--by", "reviewer");
        int retroactive = await PostAsync(batch, random, "2021-08");
        JsonElement reversal = await DoAsync(batch, random, "reverse", Number(retroactive), "--by", "operator");
        await ApproveAndPostAsync(batch, random, reversal.GetProperty("run").GetInt32());
        await PostAsync(batch, random, "2021-08");
        string report = Path.Combine(files, "allocation.csv");
        await DoAsync(batch, random, "report", "allocation", "--area", Area, "--month", "2021-08", "--format", "csv", "--out", report);
        bytes.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(report))));
        bytes.Add(await ReceiveAsync(batch, random, files));
        await EndYearAsync(batch, random);
        string journal = Path.Combine(files, "journal");
        await DoAsync(batch, random, "export-journal", "--area", Area, "--from", "2021-06", "--to", "2021-12", "--out", journal);
        bytes.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(journal))));
        await AskAsync(batch, random, files, retroactive);
        // From here on somebody who acts has to sign in.
        await DoAsync(batch, random, "user", "add", "zhang", "--roles", "administrator", "--by", "setup");
        await DoAsync(batch, random, "verify", "--all");
        string backup = Path.Combine(files, "backup");
        await DoAsync(batch, random, "db", "backup", backup);
        await DoAsync(batch, random, "db", "restore", backup, "--yes");
        await DoAsync(batch, random, "db", "migrate");
        await DoAsync(batch, random, "verify", "--all");
        return string.Join('\n', bytes) + "\n" + await StateAsync(database);
    }

    /// <summary>What an employer paid for June, who owes what, and whose benefits changed: the bytes of the files.</summary>
    private static async Task<string> ReceiveAsync(BatchCli batch, Random? random, string files)
    {
        string employer = (await File.ReadAllLinesAsync(Directory.GetFiles(files, "payroll-202106.csv")[0]))[1].Split(',')[0];
        string receipts = Path.Combine(files, "receipts.csv"), report = Path.Combine(files, "arrears.csv");
        await File.WriteAllLinesAsync(receipts, ["单位编号,费款所属期,到账金额,到账日期,凭证号,滞纳金", $"{employer},2021-06,100.00,2021-07-20,A1,1.50", $"{employer},2021-06,200.00,2021-08-20,A2,"]);
        await DoAsync(batch, random, "import", receipts, "--area", Area, "--month", "2021-08", "--by", "operator");
        await DoAsync(batch, random, "report", "arrears", "--area", Area, "--month", "2021-08", "--format", "csv", "--out", report);
        string benefits = Path.Combine(files, "benefits.csv");
        await DoAsync(batch, random, "benefits", "--area", Area, "--month", "2021-08", "--out", benefits);
        return Hash(await File.ReadAllBytesAsync(report)) + Hash(await File.ReadAllBytesAsync(benefits));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));

    /// <summary>Rejects that go back and come again as a child; a dropped file that contradicts another, and the decision about it.</summary>
    private static async Task<string> MendAsync(BatchCli batch, Random? random, string files)
    {
        string pack = Path.Combine(files, "pack.csv"), incoming = Path.Combine(files, "drop", "incoming", "supplementary");
        await DoAsync(batch, random, "fix-pack", "1", "--area", Area, "--out", pack);
        await DoAsync(batch, random, "import", pack, "--area", Area, "--month", "2021-06", "--kind", "supplementary", "--parent", "1", "--by", "operator");
        await DoAsync(batch, random, "submission", "1", "--area", Area);
        string[] payroll = await File.ReadAllLinesAsync(Directory.GetFiles(files, "payroll-202107.csv")[0]);
        string dropped = Path.Combine(incoming, "别的单位.csv");
        Directory.CreateDirectory(incoming);
        await File.WriteAllLinesAsync(dropped, [payroll[0], "OTHER" + payroll[1][payroll[1].IndexOf(',', StringComparison.Ordinal)..]]);
        File.SetLastWriteTimeUtc(dropped, DateTime.UnixEpoch);
        await DoAsync(batch, random, "drop", "--area", Area, "--dir", Path.Combine(files, "drop"), "--by", "operator");
        JsonElement held = (await DoAsync(batch, random, "held", "--area", Area)).GetProperty("rows").EnumerateArray().First(r => r.GetProperty("employer").GetString() == "OTHER");
        await DoAsync(
            batch, random, "decide", "--area", Area, "--submission", Number(held.GetProperty("submission").GetInt32()), "--row", Number(held.GetProperty("row").GetInt32()), "--take",
            "--by", "operator", "--reason", "劳动合同");
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(pack)));
    }

    /// <summary>Who may do what, and what is done by itself.</summary>
    private static async Task AppointAsync(BatchCli batch, Random? random)
    {
        await DoAsync(batch, random, "key", "add", "city-hall", "--scopes", "files,runs", "--areas", Area, "--by", "zhang");
        JsonElement set = await DoAsync(batch, random, "schedule", "set", Area, "allocate", "--cron", "0 1 20 * *", "--enabled", "true", "--by", "zhang");
        await DoAsync(batch, random, "schedule", "approve", set.GetProperty("pending")[0].GetProperty("number").GetRawText(), "--by", "li");
    }

    /// <summary>A run that is discarded, the year's statements and its interest.</summary>
    private static async Task EndYearAsync(BatchCli batch, Random? random)
    {
        string hash = (await DoAsync(batch, random, "policy", "set", Area, "average-wage=8100", "--from", "2021-06", "--document", "文号2", "--by", "administrator")).GetProperty("hash").GetString()!;
        await DoAsync(batch, random, "policy", "approve", hash, "--by", "reviewer");
        JsonElement run = await DoAsync(batch, random, "allocate", "--area", Area, "--month", "2021-08", "--by", "operator");
        await DoAsync(batch, random, "discard", Number(run.GetProperty("run").GetInt32()), "--by", "operator");
        await PostAsync(batch, random, "2021-08");
        foreach (string month in new[] { "2021-08", "2021-09", "2021-10", "2021-11", "2021-12" })
        {
            await DoAsync(batch, random, "close", "--area", Area, "--month", month, "--accept-differences", "核实", "--by", "closer");
        }

        // The year's end was closed by mistake: opened again by two people, and closed.
        await DoAsync(batch, random, "reopen", "--area", Area, "--month", "2021-12", "--by", "closer", "--reason", "漏记一批");
        await DoAsync(batch, random, "reopen", "--area", Area, "--month", "2021-12", "--by", "reviewer", "--approve");
        await DoAsync(batch, random, "close", "--area", Area, "--month", "2021-12", "--by", "closer");
        JsonElement interest = await DoAsync(batch, random, "interest", "--area", Area, "--year", "2021", "--by", "operator");
        await ApproveAndPostAsync(batch, random, interest.GetProperty("run").GetInt32());
    }

    /// <summary>The verbs that only ask leave nothing behind, killed or not.</summary>
    private static async Task AskAsync(BatchCli batch, Random? random, string files, int run)
    {
        string payroll = Directory.GetFiles(files, "payroll-202106.csv")[0];
        string id = (await File.ReadAllLinesAsync(payroll))[100].Split(',')[3];
        string policy = Path.Combine(BatchCli.Root, "Batch.Rules", "Policies", "420100-wuhan.yaml");
        string[][] questions =
        [
            ["preview", Number(run)], ["balance", "--id", id], ["statement", "--id", id, "--from", "2021-06", "--to", "2021-08"],
            ["explain", "--id", id, "--month", "2021-06"], ["coverage", "--id", id], ["family", "--id", id], ["statement", "--id", id, "--asker", id, "--to", "2021-08"], ["benefits", "--id", id, "--month", "2021-08"], ["simulate", "--area", Area, "--month", "2021-06", "--policy", policy],
            ["validate", payroll, "--area", Area], ["calc", "--area", Area, "--month", "2021-06", "--status", "active", "--birth", "1985-06-01", "--base", "8000"],
            ["user", "list"], ["key", "list"], ["schedule", "list"], ["serve", "--routes"], ["policy", "check"], ["policy", "show", Area, "--month", "2021-06"], ["db", "url"],
        ];
        foreach (string[] question in questions)
        {
            await DoAsync(batch, random, question);
        }
    }

    private static async Task<int> PostAsync(BatchCli batch, Random? random, string month)
    {
        JsonElement run = await DoAsync(batch, random, "allocate", "--area", Area, "--month", month, "--by", "operator");
        int number = run.GetProperty("run").GetInt32();
        await ApproveAndPostAsync(batch, random, number);
        return number;
    }

    private static async Task ApproveAndPostAsync(BatchCli batch, Random? random, int run)
    {
        await DoAsync(batch, random, "approve", Number(run), "--by", "reviewer", "--override", "checked");
        await DoAsync(batch, random, "post", Number(run), "--by", "reviewer");
    }

    private static string Number(int run) => run.ToString(CultureInfo.InvariantCulture);

    /// <summary>Kills the verb at random moments of the time that it takes, then lets it end.</summary>
    private static async Task<JsonElement> DoAsync(BatchCli batch, Random? random, params string[] arguments)
    {
        for (int kill = 0; random is not null && kill < Kills; kill++)
        {
            using Process process = batch.Start([.. arguments, "--json"]);
            Task drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await Task.Delay(random.Next(50, 900));
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await drained;
        }

        CliResult result = await batch.RunAsync([.. arguments, "--json"]);
        Assert.That(result.ExitCode, Is.Zero, $"{arguments[0]}: {result.Errors} {result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static async Task<string> StateAsync(TestDatabase database)
    {
        List<string> parts = [];
        foreach (string sql in State)
        {
            string query = sql.Replace(":area", $"area_{Area}", StringComparison.Ordinal);
            parts.Add(await database.ScalarAsync<string>($"SELECT count(*) || ' rows ' || md5(coalesce(string_agg(t::text, E'\\n'), '')) || ' {query.Replace("'", "''", StringComparison.Ordinal)}' FROM ({query}) t"));
        }

        return string.Join('\n', parts);
    }
}
