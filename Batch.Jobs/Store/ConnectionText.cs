using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>Reads the two ways of naming a server: a libpq URL or an Npgsql connection string; and writes the URL.</summary>
public static partial class ConnectionText
{
    /// <summary>libpq's names of what Npgsql calls otherwise; names that both know are passed on.</summary>
    private static readonly Dictionary<string, string> LibpqNames = new(StringComparer.Ordinal)
    {
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["passfile"] = "Passfile",
    };

    /// <exception cref="EnvironmentException">The text is neither, or misses the host. The sentence never repeats the text: it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            NpgsqlConnectionStringBuilder builder = Url().Match(text) is { Success: true } url ? FromUrl(url) : new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrEmpty(builder.Host) ? throw new FormatException("the host is missing") : builder;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new EnvironmentException(
                "DATABASE_URL",
                $"The database address (--db or BATCH_DB) cannot be read: {fault.Message.TrimEnd('.')}. Write postgresql://user@host:5432/database or an Npgsql connection string.",
                $"数据库地址（--db 或 BATCH_DB）无法识别：{fault.Message.TrimEnd('.')}。请写成 postgresql://user@host:5432/database 或 Npgsql 连接字符串。");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Match url)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        Set(url.Groups["user"], value => builder.Username = value);
        Set(url.Groups["password"], value => builder.Password = value);
        Set(url.Groups["host"], value => builder.Host = value.Trim('[', ']'));
        Set(url.Groups["port"], value => builder.Port = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture));
        Set(url.Groups["database"], value => builder.Database = value);
        foreach (string pair in url.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string name = Uri.UnescapeDataString(parts[0]);
            string value = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
            // libpq writes verify-full where Npgsql writes VerifyFull; nothing else differs in spelling.
            builder[LibpqNames.GetValueOrDefault(name, name)] = name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return builder;
    }

    private static void Set(Group part, Action<string> assign)
    {
        if (part.Length > 0)
        {
            assign(Uri.UnescapeDataString(part.Value));
        }
    }

    /// <summary>The libpq URL (for psql and other tools), without the password.</summary>
    public static string UrlOf(NpgsqlConnectionStringBuilder builder)
    {
        string user = builder.Username is null ? "" : Uri.EscapeDataString(builder.Username) + "@";
        string database = Uri.EscapeDataString(builder.Database ?? builder.Username ?? "");
        bool socket = builder.Host?.StartsWith('/') == true;
        return socket
            ? $"postgresql://{user}/{database}?host={builder.Host}&port={builder.Port}"
            : $"postgresql://{user}{builder.Host}:{builder.Port}/{database}";
    }

    [GeneratedRegex(@"^postgres(ql)?://((?<user>[^:@/?]*)(:(?<password>[^@/?]*))?@)?(?<host>\[[^\]]*\]|[^:/?]*)(:(?<port>\d+))?(/(?<database>[^?]*))?(\?(?<query>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Url();
}
