using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>What a failed piece of work says for itself: codes and sentences of ours, never the text of an exception that may quote data.</summary>
public static class WorkFaults
{
    public static WorkFault Of(Exception fault) => fault switch
    {
        DataFaultException data => new(data.Code, data.Chinese, data.English),
        PostgresException refused when LedgerRefusal.Of(refused) is { } sentence => new(sentence.Code, sentence.Chinese, sentence.English),
        PolicyGapException gap => new("POLICY_GAP", $"{gap.Area} 在 {gap.Month.Text()} 没有有效的政策。", $"{gap.Area} has no policy in force in {gap.Month.Text()}."),
        EnvironmentException lacking => new(lacking.Code, lacking.Chinese, lacking.Message),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new("DISK_FULL", "数据库所在磁盘已满。", "The database's disk is full."),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => new("LOCK_WAIT", LockWatch.LastBlocker is { } zh ? $"等待超时：{zh.Chinese}。" : "另一个数据库会话持有所需的锁。",
            LockWatch.LastBlocker is { } en ? $"This waited too long {en.English}." : "Another database session holds a lock that this needs."),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => new("DATABASE_READ_ONLY", "数据库为只读。", "The database is read-only."),
        PostgresException database => new("DATABASE", $"数据库报错 {database.SqlState}。", $"The database said {database.SqlState}."),
        NpgsqlException => new("DATABASE_LOST", "与数据库的连接中断。", "The connection to the database was lost."),
        IOException => new("FILE_ACCESS", "文件无法读写。", "A file cannot be read or written."),
        _ => new("INTERNAL", $"程序出错（{fault.GetType().Name}）。", $"The program failed ({fault.GetType().Name})."),
    };

    /// <summary>Doing it again a little later may well succeed.</summary>
    public static bool PassesOff(Exception fault) => fault switch
    {
        DataFaultException data => data.Code == "RUN_IN_PROGRESS",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => false,
        PostgresException database => database.IsTransient || database.SqlState.StartsWith("57", StringComparison.Ordinal),
        NpgsqlException or TimeoutException => true,
        EnvironmentException lacking => lacking.Code is "DATABASE_UNREACHABLE" or LockWait.Code,
        _ => false,
    };

    /// <summary>The data or a rule says no.</summary>
    public static bool IsRefusal(Exception fault) => fault is DataFaultException or PolicyGapException || (fault is PostgresException refused && LedgerRefusal.Of(refused) is not null);
}
