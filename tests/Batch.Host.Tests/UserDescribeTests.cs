using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Real name and unit of a user on the command line.</summary>
public sealed class UserDescribeTests
{
    [Test]
    public async Task A_user_is_added_with_name_and_unit_which_are_changed_and_listed()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        BatchCli batch = new() { Db = database.Url };
        JsonElement added = (await batch.RunAsync("user", "add", "li", "--roles", "administrator", "--name", "李敏", "--unit", "复核科", "--by", "root", "--json")).Json;
        Assert.That((added.GetProperty("realName").GetString(), added.GetProperty("unit").GetString()), Is.EqualTo(("李敏", "复核科")));
        CliResult refused = await batch.RunAsync("user", "add", "wang", "--roles", "operator", "--name", "420100196801300793", "--by", "root");
        Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.Data), refused.ToString());
        Assert.That(refused.ToString(), Does.Contain("USER_DESCRIPTION").And.Not.Contain("420100196801300793"));

        JsonElement user = (await batch.RunAsync("user", "list", "--json")).Json.GetProperty("users").EnumerateArray().Single();
        Assert.That((user.GetProperty("name").GetString(), user.GetProperty("realName").GetString(), user.GetProperty("unit").GetString()), Is.EqualTo(("li", "李敏", "复核科")));
        Assert.That((await batch.RunAsync("user", "list")).Output, Does.Contain("李敏 · 复核科"));
    }
}
