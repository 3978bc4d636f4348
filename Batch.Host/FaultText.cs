using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Host;

/// <summary>Gives every exception that ends a verb its exit code, its stable code and its sentences.</summary>
internal static class FaultText
{
    private const int DiskFull = 28;

    public static int Tell(Exception fault, VerbOutput output)
    {
        VerbFault told = OnCommandLine(fault) ?? Of(fault);
        output.Fault(told);
        if (told.Code is "INTERNAL" or "DATABASE_LOST" or "REFUSED")
        {
            // A fault of ours: the stack trace is needed to fix it. Exceptions of ours hold no personal data.
            output.Log(LogText.Of(fault));
        }

        return told.ExitCode;
    }

    /// <summary>What can be said by its options there alone.</summary>
    private static VerbFault? OnCommandLine(Exception fault) => fault switch
    {
        MissingFigureException { Figure: "pension" } missing => VerbFault.OfData(
            "FIGURE_MISSING",
            $"{missing.Message} Give the one of --pension-prior-year, --pension-this-year, --pension-month that the policy uses (policy show).",
            $"{missing.Month.Text()} 缺少政策所用的养老金。请给出 --pension-prior-year、--pension-this-year 或 --pension-month 中政策所用的一项（见 policy show）。"),
        MissingFigureException { Figure: "frozen-amount" } missing => VerbFault.OfData(
            "FIGURE_MISSING", $"{missing.Message} Give --frozen-amount.", $"{missing.Month.Text()} 缺少本人冻结金额。请给出 --frozen-amount。"),
        MissingFigureException missing => VerbFault.OfData(
            "FIGURE_MISSING",
            $"{missing.Message} Give it: --set {missing.Figure}=VALUE, or batch policy set.",
            $"{missing.Month.Text()} 缺少{Words(missing.Figure)}。请用 --set {missing.Figure}=值 或 batch policy set 给出。"),
        _ => null,
    };

    /// <summary>For the command line, pages and the API alike: no sentence mentions one of them.</summary>
    public static VerbFault Of(Exception fault) => fault switch
    {
        VerbFault told => told,
        DataFaultException data => VerbFault.OfData(data.Code, data.English, data.Chinese),
        EnvironmentException lacking => new VerbFault(ExitCode.Environment, lacking.Code, lacking.Message, lacking.Chinese),
        PolicyFaultException policy => VerbFault.OfData(
            "POLICY_FAULT",
            string.Join(Environment.NewLine, policy.Faults.Select(f => $"{f.File}:{f.Line}: {f.Code}: {f.English}")),
            string.Join(Environment.NewLine, policy.Faults.Select(f => $"{f.File}:{f.Line}: {f.Code}: {f.Chinese}"))),
        PolicyGapException gap => VerbFault.OfData(
            "POLICY_GAP", gap.Message, $"{gap.Area} 在 {gap.Month.Text()} 没有有效的政策。"),
        MissingFigureException { Figure: "pension" } missing => VerbFault.OfData("FIGURE_MISSING", missing.Message, $"{missing.Month.Text()} 缺少养老金。"),
        MissingFigureException { Figure: "frozen-amount" } missing => VerbFault.OfData("FIGURE_MISSING", missing.Message, $"{missing.Month.Text()} 缺少本人冻结金额。"),
        MissingFigureException missing => VerbFault.OfData("FIGURE_MISSING", missing.Message, $"{missing.Month.Text()} 缺少{Words(missing.Figure)}，请先设定。"),
        CategoryOpenException open => VerbFault.OfData(
            "CATEGORY_OPEN", open.Message,
            $"{open.Month.Text()} 的政策没有规定{Words(open.Category)}{(open.Standing == Standing.Active ? "在职" : "退休")}人员的划入办法{(open.Open is { } left ? $"：{left}" : "")}。"),
        UnusableFigureException unusable => VerbFault.OfData(
            "FIGURE_UNUSABLE", unusable.Message, $"{unusable.Month.Text()} 的{Words(unusable.Figure)}为零或负数，不能使用。"),
        PostgresException database => OfDatabase(database),
        NpgsqlException { InnerException: EnvironmentException told } => Of(told),
        NpgsqlException { InnerException: TimeoutException } when fault.Message.Contains("pool", StringComparison.Ordinal) => new VerbFault(
            ExitCode.Environment, "DATABASE_BUSY", "All database connections of this program are in use; try again in a moment.", "本程序的数据库连接都在使用中，请稍后再试。"),
        NpgsqlException => Lost(),
        IOException { HResult: DiskFull } => new VerbFault(
            ExitCode.Environment, "DISK_FULL", "The disk is full. Free some space and try again.", "磁盘已满。请清理空间后重试。"),
        FileNotFoundException or DirectoryNotFoundException => VerbFault.OfUsage(fault.Message, $"找不到文件：{fault.Message}"),
        IOException or UnauthorizedAccessException => new VerbFault(
            ExitCode.Environment, "FILE_ACCESS", fault.Message, $"文件无法读写：{fault.Message}"),
        OperationCanceledException => new VerbFault(
            ExitCode.Environment, "CANCELLED", "The work was cancelled. Try again.", "操作已取消。请重试。"),
        _ => new VerbFault(
            ExitCode.Environment, "INTERNAL", $"The program failed ({fault.GetType().Name}). Nothing was half done; the details are in the log.", $"程序出错（{fault.GetType().Name}）。没有留下做了一半的数据；详情见日志。"),
    };

    /// <summary>By the code alone: what the database says in words may quote data, and is not for those who read an answer.</summary>
    private static VerbFault OfDatabase(PostgresException fault) => fault.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new VerbFault(
            ExitCode.Environment, "DISK_FULL", "The database's disk is full. Free some space and try again.", "数据库所在磁盘已满。请清理空间后重试。"),
        PostgresErrorCodes.LockNotAvailable => Of(LockWait.Fault(LockWatch.LastBlocker)),
        PostgresErrorCodes.ReadOnlySqlTransaction => new VerbFault(
            ExitCode.Environment, "DATABASE_READ_ONLY", "The database is read-only (a standby, or set so): nothing can be recorded.", "数据库为只读（备库或被设置为只读），无法记录任何内容。"),
        PostgresErrorCodes.TooManyConnections => new VerbFault(
            ExitCode.Environment, "DATABASE_FULL", "The database server takes no more connections; try again in a moment.", "数据库服务器的连接数已满，请稍后再试。"),
        // Raised by our own functions where only a fault of ours leads.
        PostgresErrorCodes.RaiseException => VerbFault.OfData("REFUSED", "The database's own checks refused this.", "数据库的校验拒绝了此操作。"),
        _ when fault.IsTransient || fault.SqlState.StartsWith("57", StringComparison.Ordinal) => Lost(),
        _ => new VerbFault(
            ExitCode.Environment, "INTERNAL", $"The database refused ({fault.SqlState}). Nothing was half done; the details are in the log.", $"数据库报错（{fault.SqlState}）。没有留下做了一半的数据；详情见日志。"),
    };

    private static VerbFault Lost() => new(
        ExitCode.Environment, "DATABASE_LOST", "The connection to the database was lost. Try again.", "与数据库的连接中断。请重试。");

    // In words, with the word of policy files that an operator types.
    private static string Words(string word) => Show.Word(word) is var (chinese, english) && english != word ? $"{chinese}（{word}）" : $" {word}";
}
