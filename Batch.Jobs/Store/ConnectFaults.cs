using System.Net.Sockets;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>Why there is no way to the database, as a sentence that says what to do. The server's own words are not repeated: they may hold data.</summary>
internal static class ConnectFaults
{
    internal static void RefuseUnusable(NpgsqlConnection session)
    {
        if (session.PostgreSqlVersion.Major < PostgresBinaries.OldestMajor)
        {
            throw new EnvironmentException(
                "POSTGRESQL_VERSION",
                $"The server is PostgreSQL {session.PostgreSqlVersion}; {PostgresBinaries.OldestMajor} or later is needed.",
                $"服务器是 PostgreSQL {session.PostgreSqlVersion}，需要 {PostgresBinaries.OldestMajor} 或更高版本。");
        }

        if (session.PostgresParameters.TryGetValue("server_encoding", out string? encoding) && encoding != "UTF8")
        {
            throw new EnvironmentException(
                "DATABASE_ENCODING",
                $"The database {session.Database} is encoded in {encoding}; make one with ENCODING 'UTF8'.",
                $"数据库 {session.Database} 的编码是 {encoding}；请用 ENCODING 'UTF8' 另建一个。");
        }
    }

    internal static bool IsLoginRefused(PostgresException fault) => fault.SqlState.StartsWith("28", StringComparison.Ordinal);

    internal static EnvironmentException? AsEnvironmentFault(Exception fault, NpgsqlConnectionStringBuilder text) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing => new EnvironmentException(
            "DATABASE_MISSING",
            $"The server has no database {text.Database}. Make it: CREATE DATABASE {text.Database} ENCODING 'UTF8'",
            $"服务器上没有数据库 {text.Database}。请先建立：CREATE DATABASE {text.Database} ENCODING 'UTF8'",
            missing),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full => new EnvironmentException(
            "DISK_FULL", "The database server's disk is full. Free some space and try again.", "数据库服务器磁盘已满。请清理空间后重试。", full),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full => new EnvironmentException(
            "DATABASE_FULL",
            "The database server takes no more connections. Close programs that use it, lower BATCH_CONNECTIONS of the hosts, or raise its max_connections.",
            "数据库服务器的连接数已满。请关闭占用连接的程序、调低各主机的 BATCH_CONNECTIONS，或调高服务器的 max_connections。", full),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } wrong => new EnvironmentException(
            "DATABASE_LOGIN",
            $"The server at {text.Host} refused the password of {text.Username}.", $"服务器 {text.Host} 不接受 {text.Username} 的密码。", wrong),
        PostgresException refused when IsLoginRefused(refused) => new EnvironmentException(
            "DATABASE_LOGIN",
            $"The server at {text.Host} refused the login of {text.Username} to {text.Database} ({refused.SqlState}): there is no such role, or its pg_hba.conf does not admit it from here.",
            $"服务器 {text.Host} 拒绝 {text.Username} 登录 {text.Database}（{refused.SqlState}）：没有该角色，或 pg_hba.conf 不允许由此登录。",
            refused),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } standby => new EnvironmentException(
            "DATABASE_READ_ONLY", "The database is read-only (a standby, or set so); its schema cannot be brought up to date here.", "数据库为只读（备库或被设置为只读），无法在此更新其模式。", standby),
        PostgresException => null,
        NpgsqlException { InnerException: EnvironmentException told } => told,
        NpgsqlException or SocketException or TimeoutException => new EnvironmentException(
            "DATABASE_UNREACHABLE",
            $"The database server at {text.Host}:{text.Port} cannot be reached: {Cause(fault)}",
            $"无法连接数据库服务器 {text.Host}:{text.Port}：{Cause(fault)}",
            fault),
        _ => null,
    };

    // What the system or the driver says.
    private static string Cause(Exception fault) => (fault.InnerException ?? fault) is var cause and not PostgresException ? cause.Message : "-";

    /// <summary>The program's own login exists, and the server does not let it in.</summary>
    internal static EnvironmentException ProgramRefused(NpgsqlConnectionStringBuilder program, PostgresException? refused)
    {
        bool socket = program.Host?.StartsWith('/') == true;
        string line = socket
            ? $"local {program.Database} {program.Username} scram-sha-256"
            : $"host {program.Database} {program.Username} samenet scram-sha-256";
        return new EnvironmentException(
            "DATABASE_LOGIN",
            $"The program works with a login of its own, {program.Username}, which cannot become the owner; the server at {program.Host} does not let it in ({refused?.SqlState}). "
                + $"Add this line to pg_hba.conf before the others and reload the server (SELECT pg_reload_conf()): {line}",
            $"程序使用自己的登录角色 {program.Username}（不能成为属主），服务器 {program.Host} 不允许其登录（{refused?.SqlState}）。"
                + $"请在 pg_hba.conf 最前面加入下面一行并重新加载（SELECT pg_reload_conf()）：{line}",
            refused);
    }

    internal static EnvironmentException OwnerMissing() => new(
        "SCHEMA_OUT_OF_DATE",
        "The database's schema is not that of this program, and the configured login may not change it. Run, with the login of an owner: batch db migrate --owner-db postgresql://OWNER@HOST/DATABASE (or BATCH_DB_OWNER); for a new area add --area CODE.",
        "数据库的模式与本程序不符，而所用登录无权更改。请用属主登录执行：batch db migrate --owner-db postgresql://属主@主机/数据库（或设置 BATCH_DB_OWNER）；新增统筹区请加 --area 代码。");
}
