using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>
/// The data of <c>serve --demo</c>, in a folder of its own under the data folder: the cast of the samples, nine months posted and closed and the tenth in the middle of its work. Made at
/// the first start, and again when it is not whole.
/// </summary>
internal static class DemoData
{
    private const string Folder = "demo-pages";

    // Says whose the folder is. A folder with anything in it and without this file is not touched.
    private const string Mark = "demonstration.txt";

    private const string Words = "serve --demo 的演示数据，人员均为虚构。结束演示后可删除本目录，下次启动重新准备。\nMade-up data of serve --demo. Delete this folder when the demonstration has ended, and the next start makes it anew.\n";

    private static readonly YearMonth InWork = new(2021, 10);

    /// <summary>Refuses an address of another machine and a database of the caller's.</summary>
    /// <exception cref="VerbFault">DEMO_LOOPBACK; DEMO_DATABASE.</exception>
    public static void RefuseElsewhere(IEnumerable<string> urls, bool namesDatabase)
    {
        if (urls.FirstOrDefault(u => !Uri.TryCreate(u, UriKind.Absolute, out Uri? uri) || !DemoSignIn.IsLoopback(uri.Host)) is { } open)
        {
            throw new VerbFault(
                ExitCode.Usage, "DEMO_LOOPBACK",
                $"A demonstration lets anybody in who reaches it, so it listens on this machine alone: --urls takes an address such as {WebOptions.DefaultUrl} with --demo, not {open}.",
                $"演示不用密码即可登录，只能在本机监听：与 --demo 同用时 --urls 须为 {WebOptions.DefaultUrl} 这样的本机地址，不能是 {open}。");
        }

        if (namesDatabase)
        {
            throw new VerbFault(
                ExitCode.Usage, "DEMO_DATABASE",
                "A demonstration has a database of its own: leave --db and --owner-db out.", "演示使用自己的数据库，请不要与 --db 或 --owner-db 同用。");
        }
    }

    /// <summary>The call with the database of the demonstration, whole and open.</summary>
    public static async Task<DatabaseConnection> OpenAsync(VerbCall call)
    {
        string folder = Path.Combine(call.Database.DataDirectory, Folder);
        bool begun = Claim(folder);
        using FileStream alone = Hold(Path.Combine(folder, Mark));
        VerbCall own = call with { Database = new DatabaseOptions(null, folder) };
        await using DatabaseConnection database = await DatabaseConnection.OpenAsync(own.Database, call.Cancellation);
        DemoUsers users = new(new UserRegister(database.Program), new AuditLog(database.Program));
        if (!begun || !await users.AreMadeAsync(call.Cancellation))
        {
            await MakeAsync(call, database);
        }

        return await own.OpenDatabaseAsync(asHost: true);
    }

    private static async Task MakeAsync(VerbCall call, DatabaseConnection database)
    {
        call.Output.Log("正在准备演示数据，需要几十秒 … / making the demonstration's data, which takes some tens of seconds ...");
        string samples = DemoVerb.FindSamples();
        await DatabaseContents.ResetAsync(database, call.Cancellation);
        Area area = await Area.OpenOrCreateAsync(database, DemoVerb.AreaCode, call.Cancellation);
        await new SampleRun(area, samples, call.Clock).LeaveInWorkAsync(InWork, call.Cancellation);
        await DismissAsync(area, call.Cancellation);
        DatedFigure figure = new("average-wage", new YearMonth(2023, 2), 8100m, "演示公告〔2023〕1号");
        await new PolicyProposals(database.Program).ProposeFigureAsync(DemoVerb.AreaCode, figure, SampleRun.Operator, call.Cancellation);
        // Last: with them the demonstration is whole.
        await new DemoUsers(new UserRegister(database.Program), new AuditLog(database.Program)).MakeAsync(call.Cancellation);
    }

    /// <summary>As an operator does with rejected rows that nobody will send again: those of the month before the last one stay on the list of what is left behind.</summary>
    private static async Task DismissAsync(Area area, CancellationToken cancellation)
    {
        SubmissionList list = new(area);
        Listing<SubmissionLine> lines = (await list.ReadAsync(new SubmissionFilter(null, Open: true), 1, cancellation)).Lines;
        foreach (SubmissionLine line in lines.Rows.Where(l => l.Month < InWork.PlusMonths(-1) && l is { Refused: null, Rejected: > 0 }))
        {
            await list.DismissAsync(line.Submission, SampleRun.Operator, "单位不再报送", cancellation);
        }
    }

    /// <summary>Whether a demonstration was begun here before; an empty folder becomes one's.</summary>
    private static bool Claim(string folder)
    {
        string mark = Path.Combine(folder, Mark);
        if (File.Exists(mark))
        {
            return true;
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new EnvironmentException(
                "DEMO_FOLDER", $"{folder} holds something that is not of a demonstration. Name another data folder with --data.", $"{folder} 中有不属于演示的内容。请用 --data 指定其他数据目录。");
        }

        ClusterPlace.For(folder);
        File.WriteAllText(mark, Words);
        return false;
    }

    /// <summary>Two programs that make the data at once would disturb each other.</summary>
    private static FileStream Hold(string mark)
    {
        try
        {
            return new FileStream(mark, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new EnvironmentException(
                "DEMO_BUSY", "Another start is making the demonstration's data. Try again in a minute.", "另一次启动正在准备演示数据，请一分钟后再试。");
        }
    }
}
