using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>key add|revoke|list</c>: API keys. A key is printed once.</summary>
internal static class KeyVerbs
{
    private static readonly Argument<string> Name = new("NAME") { Description = "密钥名，即操作人 / name of the key: who acts" };
    private static readonly Option<string[]> Scope = List("--scopes", required: true, $"权限范围，逗号分隔 / scopes, by commas: {string.Join(", ", Api.Scopes.All)}");
    private static readonly Option<string[]> Areas = List("--areas", required: false, "限于这些统筹区 / only for these areas");
    private static readonly Option<int?> Days = new("--days") { Description = "有效天数，缺省不限 / days in force, default without end" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "原因 / why" };
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();

    public static Command Create() => new("key", "接口密钥 / API keys")
    {
        new Verb("add", "新增密钥（只显示一次）", "add a key, which is shown once", AddAsync) { Name, Scope, Areas, Days, By }.Acts(Permissions.ManageUsers).AlsoToSetUp(),
        new Verb("revoke", "吊销密钥", "end a key", RevokeAsync) { Name, Reason, By }.Acts(Permissions.ManageUsers),
        new Verb("list", "列出密钥", "list the keys", ListAsync),
    };

    private static async Task<int> AddAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Duration? life = call.Get(Days) is { } days ? Duration.FromDays(days) : null;
        string key = await new ApiKeys(database.Program, call.Clock).AddAsync(call.Need(Name), call.Need(Scope), call.Get(Areas) ?? [], life, call.By, call.Cancellation);
        call.Output.Document(new { name = call.Need(Name), scopes = call.Need(Scope), key });
        call.Output.Line($"{call.Need(Name)}  {string.Join(", ", call.Need(Scope))}");
        call.Output.Line($"密钥 key（只显示一次 shown once）: {key}");
        return ExitCode.Done;
    }

    private static async Task<int> RevokeAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await new ApiKeys(database.Program, call.Clock).RevokeAsync(call.Need(Name), call.By, call.Get(Reason), call.Cancellation);
        call.Output.Document(new { name = call.Need(Name), revoked = true });
        call.Output.Line($"{call.Need(Name)} 已吊销 revoked");
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        IReadOnlyList<ApiKey> keys = await new ApiKeys(database.Program, call.Clock).AllAsync(call.Cancellation);
        call.Output.Document(new { keys });
        call.Output.Table(
            ["密钥 key", "范围 scopes", "统筹区 areas", "", "新增 added by"],
            keys.Select(k => new[] { k.Name, string.Join(", ", k.Scopes), string.Join(", ", k.Areas), k.Revoked ? "已吊销 revoked" : "", k.By }));
        return ExitCode.Done;
    }

    private static Option<string[]> List(string name, bool required, string description) => new(name)
    {
        Description = description,
        Required = required,
        CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
    };
}
