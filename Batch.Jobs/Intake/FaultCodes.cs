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
        UnauthorizedAccessException => "FILE_UNREADABLE",
        IOException => "FILE_UNREADABLE",
        _ => "INTERNAL",
    };
}
