using System.CommandLine;
using System.Runtime.Versioning;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Host.Verbs;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Host.Tests;

/// <summary>Who acts on the command line is proved where the database has users: by a token, or by a password on the standard input.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class LoginTests
{
    private const string Area = "420100";
    private const string Password = "correct-horse-7";
    private const string Other = "violet-harbor-33";
    private static readonly string[] Threshold = ["threshold", "close-early-days=2", "--area", Area];

    private TestDatabase database = null!;
    private DirectoryInfo folder = null!;
    private UserRegister users = null!;

    private string TokenPath => Path.Combine(folder.FullName, "settings", "token");

    [SetUp]
    public async Task SetUp()
    {
        database = await TestDatabase.CreateAsync(Area);
        folder = Directory.CreateTempSubdirectory("batch-login-");
        Environment.SetEnvironmentVariable("BATCH_TOKEN_FILE", TokenPath);
        users = new UserRegister(database.Program);
    }

    [TearDown]
    public async Task TearDown()
    {
        Environment.SetEnvironmentVariable("BATCH_TOKEN_FILE", null);
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task The_verbs_that_follow_a_login_act_as_its_user_and_no_other_until_the_logout()
    {
        await AddAsync("boss", UserRoles.Administrator);
        await RefusedAsync("NOT_SIGNED_IN", [.. Threshold, "--by", "boss"]);
        CliResult signedIn = await LoginAsync("boss", Password);
        Assert.That(signedIn.Json.GetProperty("file").GetString(), Is.EqualTo(TokenPath));
        Assert.That(File.GetUnixFileMode(TokenPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        string token = await File.ReadAllTextAsync(TokenPath);
        string secret = token.Trim().Split(' ')[1];
        Assert.That(secret, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(await database.ScalarAsync<long>($"SELECT count(*) FROM batch.session s WHERE s::text LIKE '%{secret}%'"), Is.Zero, "kept as a hash");

        await DoneAsync(Cli(), [.. Threshold, "--by", "boss"]);
        await RefusedAsync("NOT_THE_USER", [.. Threshold, "--by", "li"]);
        Assert.That(await RecordsAsync("boss"), Is.EqualTo("sign-in good (command line), verb threshold 420100 close-early-days=2 (command line, token), threshold.set 420100 close-early-days=2"));

        await DoneAsync(Cli(), "logout");
        Assert.That(File.Exists(TokenPath), Is.False);
        await RefusedAsync("NOT_SIGNED_IN", [.. Threshold, "--by", "boss"]);
        await File.WriteAllTextAsync(TokenPath, token);
        File.SetUnixFileMode(TokenPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync("SESSION_ENDED", [.. Threshold, "--by", "boss"]);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'boss' AND act = 'sign-out' AND origin = 'command line'"), Is.EqualTo(1));
    }

    [TestCase("disabled")]
    [TestCase("password")]
    [TestCase("roles")]
    [TestCase("idle")]
    [TestCase("over")]
    [TestCase("sign-out")]
    public async Task A_token_ends_with_what_ends_a_session_on_the_pages(string by)
    {
        await AddAsync("boss", UserRoles.Administrator);
        await AddAsync("chief", UserRoles.Administrator);
        TokenFile.Write("boss", await new Sessions(database.Program, SystemClock.Instance).OpenAsync((await users.FindAsync("boss", default))!, null, default));
        Assert.That(await CodeInProcessAsync([.. Threshold, "--by", "boss"]), Is.Empty);
        Func<Task> end = by switch
        {
            "disabled" => () => users.SetDisabledAsync("boss", true, "chief", default),
            "password" => () => users.ChangePasswordAsync("boss", Password, Other, default),
            "roles" => () => users.SetRolesAsync("boss", [UserRoles.Administrator, UserRoles.Analyst], "chief", default),
            "idle" => () => database.ExecuteAsync("UPDATE batch.session SET seen_at = seen_at - interval '31 minutes'"),
            "over" => () => database.ExecuteAsync("UPDATE batch.session SET opened_at = opened_at - interval '721 minutes'"),
            _ => () => new Sessions(database.Program, SystemClock.Instance).EndAllAsync("boss", "chief", default),
        };
        await end();
        Assert.That(await CodeInProcessAsync([.. Threshold, "--by", "boss"]), Is.EqualTo("SESSION_ENDED"));
    }

    [Test]
    public async Task The_role_of_the_user_decides_as_on_the_pages_and_a_refusal_is_on_record()
    {
        await AddAsync("wang", UserRoles.Operator);
        foreach (string[] verb in (string[][])[[.. Threshold, "--by", "wang"], ["approve", "1", "--by", "wang"], ["user", "add", "mine", "--roles", "administrator"]])
        {
            CliResult refused = await Cli("wang").RunAsync([.. verb, "--json"]);
            Assert.That(CodeOf(refused), Is.EqualTo((1, "NOT_PERMITTED")), refused.ToString());
        }

        Assert.That(
            await database.ScalarAsync<string>("SELECT string_agg(subject || ' (' || origin || ')', ', ' ORDER BY audit_id) FROM batch.audit WHERE who = 'wang' AND act = 'refused'"),
            Is.EqualTo("threshold (command line, password), approve (command line, password), user add (command line, password)"));
        CliResult area = await Cli("wang").RunAsync("import", "README.md", "--area", "110000", "--month", "2021-01", "--json");
        Assert.That(CodeOf(area), Is.EqualTo((1, "AREA_UNKNOWN")), "an area is put to use by an administrator");
    }

    [Test]
    public async Task Five_wrong_passwords_on_the_command_line_lock_the_name_also_for_the_pages()
    {
        await AddAsync("boss", UserRoles.Administrator);
        for (int i = 0; i < SignIns.WrongOnes - 1; i++)
        {
            await RefusedAsync(new BatchCli { Db = database.Url, SignedIn = ("boss", "wrong-password-9") }, "SIGN_IN_WRONG", [.. Threshold, "--by", "boss"]);
        }

        await RefusedAsync(new BatchCli { Db = database.Url, SignedIn = ("boss", "wrong-password-9") }, "LOCKED", [.. Threshold, "--by", "boss"]);
        await RefusedAsync(Cli("boss"), "LOCKED", [.. Threshold, "--by", "boss"]);
        SignInAnswer page = await new SignIns(database.Program, SystemClock.Instance).TryAsync("boss", Password, new SignInPlace("127.0.0.1"), default);
        Assert.That((page.User, page.Locked is null), Is.EqualTo(((User?)null, false)));
        Assert.That(
            await database.ScalarAsync<string>("SELECT string_agg(DISTINCT act, ', ' ORDER BY act) FROM batch.audit WHERE who = 'boss' AND origin = 'command line'"),
            Is.EqualTo("sign-in locked, sign-in locking, sign-in wrong"));
    }

    [Test]
    public async Task A_one_time_password_acts_nowhere_until_login_has_changed_it()
    {
        await users.AddAsync("boss", [UserRoles.Administrator], Other, "setup", default);
        await RefusedAsync(new BatchCli { Db = database.Url, SignedIn = ("boss", Other) }, "PASSWORD_ONE_TIME", [.. Threshold, "--by", "boss"]);
        Assert.That(CodeOf(await Cli(Other + "\n").RunAsync("login", "boss", "--json")), Is.EqualTo((1, "PASSWORD_ONE_TIME")));
        await LoginAsync("boss", $"{Other}\n{Password}");
        await DoneAsync(Cli(), [.. Threshold, "--by", "boss"]);
        await DoneAsync(Cli("boss"), [.. Threshold, "--by", "boss"]);
    }

    [Test]
    public async Task Without_users_nobody_signs_in_and_while_they_are_set_up_they_are_added_without_it()
    {
        Assert.That(CodeOf(await Cli(Password + "\n").RunAsync("login", "boss", "--json")), Is.EqualTo((1, "NO_USERS")));
        await DoneAsync(Cli(), [.. Threshold, "--by", "anybody"]);
        await DoneAsync(Cli(), "user", "add", "boss", "--roles", "administrator");
        await DoneAsync(Cli(), "user", "add", "li", "--roles", "reviewer");
        await DoneAsync(Cli(), "key", "add", "city-hall", "--scopes", "files");
        await RefusedAsync("NOT_SIGNED_IN", [.. Threshold, "--by", "anybody"]);
        await DoneAsync(new BatchCli { Db = database.Url, Environment = { ["BATCH_PASSWORD"] = Other } }, "user", "reset", "boss");
        await users.ChangePasswordAsync("boss", Other, Password, default);
        await RefusedAsync("NOT_SIGNED_IN", "user", "add", "mine", "--roles", "administrator");
        await RefusedAsync("NOT_SIGNED_IN", "user", "reset", "boss");
        await RefusedAsync("NOT_SIGNED_IN", "key", "add", "another", "--scopes", "files");
        await DoneAsync(new BatchCli { Db = database.Url, SignedIn = ("boss", Password), Input = Other + "\n" }, "user", "reset", "li", "--password-stdin");
        Assert.That((await new SignIns(database.Program, SystemClock.Instance).TryAsync("li", Other, new SignInPlace(null), default)).User?.OneTime, Is.True, "the second line is the new password");
    }

    [Test]
    public async Task Who_only_asks_and_names_nobody_is_on_record_as_the_user_of_the_operating_system()
    {
        await AddAsync("boss", UserRoles.Administrator);
        await DoneAsync(Cli(), "report", "allocation", "--area", Area, "--month", "2021-01", "--format", "csv", "--out", Path.Combine(folder.FullName, "allocation.csv"));
        Assert.That(
            await database.ScalarAsync<string>("SELECT who || ', ' || origin FROM batch.audit WHERE act = 'report.export'"), Is.EqualTo($"{Environment.UserName}, command line, OS user"));
        await RefusedAsync("NOT_SIGNED_IN", "report", "allocation", "--area", Area, "--month", "2021-01", "--format", "csv", "--out", Path.Combine(folder.FullName, "allocation.csv"), "--by", "boss");
    }

    [Test]
    public async Task An_administrator_whose_password_is_lost_gets_one_by_the_owners_login_and_the_record_says_so()
    {
        await AddAsync("boss", UserRoles.Administrator);
        await AddAsync("li", UserRoles.Reviewer);
        await RefusedAsync("NOT_AN_ADMINISTRATOR", "user", "reset", "li", "--recover");
        await DoneAsync(Cli(), "user", "reset", "boss", "--recover");
        Assert.That(
            await database.ScalarAsync<string>("SELECT who || ' ' || subject || ' ' || origin FROM batch.audit WHERE act = 'user recover'"),
            Is.EqualTo($"{Environment.UserName} boss command line, database owner"));
    }

    [Test]
    public async Task A_token_that_other_users_may_read_is_not_used()
    {
        await AddAsync("boss", UserRoles.Administrator);
        await LoginAsync("boss", Password);
        File.SetUnixFileMode(TokenPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        CliResult refused = await Cli().RunAsync([.. Threshold, "--by", "boss", "--json"]);
        Assert.That(CodeOf(refused), Is.EqualTo((3, "TOKEN_FILE")));
    }

    private async Task AddAsync(string name, params string[] roles)
    {
        await users.AddAsync(name, roles, Other, "test", default);
        await users.ChangePasswordAsync(name, Other, Password, default);
    }

    private BatchCli Cli(string? input = null) => input is null || input.EndsWith('\n')
        ? new() { Db = database.Url, Input = input, Environment = { ["BATCH_TOKEN_FILE"] = TokenPath } }
        : new() { Db = database.Url, SignedIn = (input, Password) };

    private async Task<CliResult> LoginAsync(string name, string input) => await DoneAsync(Cli(input + "\n"), "login", name, "--json");

    private static async Task<CliResult> DoneAsync(BatchCli cli, params string[] arguments)
    {
        CliResult result = await cli.RunAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result;
    }

    // Without a process of its own: the code of the fault that ends the verb; empty, it is done.
    private async Task<string> CodeInProcessAsync(params string[] arguments)
    {
        Command root = new("batch");
        AllVerbs.Create().ToList().ForEach(root.Add);
        ParseResult parsed = root.Parse(arguments);
        Assert.That(parsed.Errors, Is.Empty, string.Join(' ', arguments));
        VerbCall call = new(parsed, new VerbOutput(TextWriter.Null, TextWriter.Null, json: false), new DatabaseOptions(database.Url, folder.FullName), default);
        try
        {
            await ((Verb)parsed.CommandResult.Command).RunAsync(call);
            return "";
        }
        catch (Exception fault)
        {
            return FaultText.Of(fault).Code;
        }
    }

    private Task RefusedAsync(string code, params string[] arguments) => RefusedAsync(Cli(), code, arguments);

    private static async Task RefusedAsync(BatchCli cli, string code, params string[] arguments)
    {
        CliResult refused = await cli.RunAsync([.. arguments, "--json"]);
        Assert.That(CodeOf(refused), Is.EqualTo((1, code)), refused.ToString());
        JsonElement error = refused.Json.GetProperty("error");
        Assert.That(error.GetProperty("messageZh").GetString(), Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        Assert.That(error.GetProperty("message").GetString(), Does.Match("^[ -~]+$"), "in English");
    }

    private static (int, string?) CodeOf(CliResult result) =>
        (result.ExitCode, result.Output.Length > 0 && result.Json.TryGetProperty("error", out JsonElement error) ? error.GetProperty("code").GetString() : null);

    private Task<string> RecordsAsync(string who) => database.ScalarAsync<string>(
        $"SELECT string_agg(concat_ws(' ', act, area, subject, '(' || origin || ')'), ', ' ORDER BY audit_id) FROM batch.audit WHERE who = '{who}' AND act NOT LIKE 'user %'");
}
