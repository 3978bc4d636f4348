using System.Text.RegularExpressions;
using Batch.Jobs.Store;

namespace Batch.Host.Access;

/// <summary>
/// Where <c>batch login</c> keeps the secret of its session, for its user alone: <c>BATCH_TOKEN_FILE</c>, else <c>batch/token</c> in the user's folder of settings.
/// </summary>
internal static partial class TokenFile
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersAlone | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="EnvironmentException">TOKEN_FILE: the user of the operating system has no folder of settings.</exception>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("BATCH_TOKEN_FILE") is { Length: > 0 } named)
            {
                return System.IO.Path.GetFullPath(named);
            }

            string settings = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return settings.Length > 0
                ? System.IO.Path.Combine(settings, "batch", "token")
                : throw Fault("There is no folder of settings (HOME is not set); name the file in BATCH_TOKEN_FILE.", "没有用户配置目录（未设置 HOME）；请用 BATCH_TOKEN_FILE 指定令牌文件。");
        }
    }

    /// <summary>Null: there is no token.</summary>
    /// <exception cref="EnvironmentException">TOKEN_FILE: other users may read it.</exception>
    public static (string Name, string Secret)? Read()
    {
        string path = Path;
        if (!File.Exists(path))
        {
            return null;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw Fault($"Other users may read {path}; delete it and sign in again with batch login.", $"其他用户可以读取 {path}；请删除该文件，再执行 batch login 登录。");
        }

        return File.ReadAllText(path).Trim().Split(' ') is [var name, var secret] && Secret().IsMatch(secret) ? (name, secret) : null;
    }

    /// <summary>In the place of the one before, at once: another program reads the one or the other.</summary>
    public static void Write(string name, string secret)
    {
        string path = Path, fresh = $"{path}.{Guid.NewGuid():N}", folder = System.IO.Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnersFolder);
        }

        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersAlone;
        }

        using (StreamWriter writer = new(fresh, options))
        {
            writer.WriteLine($"{name} {secret}");
        }

        File.Move(fresh, path, overwrite: true);
    }

    public static void Delete() => File.Delete(Path);

    private static EnvironmentException Fault(string english, string chinese) => new("TOKEN_FILE", english, chinese);

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Secret();
}
