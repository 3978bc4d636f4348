using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>What stopped the work on a file, by its code alone: messages may hold what the file holds.</summary>
public static class FaultCodes
{
    private const int DiskFull = 28;

    /// <summary>Whether the work on other files may go on. Not where the database or the disk is gone, the request itself is wrong, or the program is to end.</summary>
    public static bool IsOfOneFile(Exception fault) => fault switch
    {
        OperationCanceledException or EnvironmentException or DataFaultException => false,
        PostgresException database => !database.IsTransient && !database.SqlState.StartsWith("57", StringComparison.Ordinal) && !database.SqlState.StartsWith("53", StringComparison.Ordinal),
        NpgsqlException => false,
        IOException { HResult: DiskFull } => false,
        _ => true,
    };

    public static string Of(Exception fault) => fault switch
    {
        DataFaultException data => data.Code,
        EnvironmentException lacking => lacking.Code,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "DISK_FULL",
        NpgsqlException => "DATABASE_LOST",
        IOException { HResult: DiskFull } => "DISK_FULL",
        UnauthorizedAccessException => "FILE_UNREADABLE",
        IOException => "FILE_UNREADABLE",
        _ => "INTERNAL",
    };

    /// <summary>What a code of <see cref="Of"/> means to the sender of the file; null: only an administrator can tell.</summary>
    public static (string Chinese, string English)? Why(string? code) => code switch
    {
        "DISK_FULL" => ("磁盘已满，请管理员清理空间。", "The disk is full; an administrator has to free some space."),
        "DATABASE_LOST" => ("与数据库的连接中断。", "The connection to the database was lost."),
        "FILE_UNREADABLE" => ("程序无法读取此文件，请检查权限与磁盘。", "The program cannot read this file; check its permissions and the disk."),
        _ => null,
    };
}
