using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Web.Tests;

/// <summary>The cast lives on, so that each kind of reason has somebody.</summary>
public sealed partial class ChannelTests
{
    /// <summary>March 2022: one account frozen, one given up, one below zero, one spent from and not posted yet; foreigners enrolled, one of them spending for the family.</summary>
    private async Task LiveOnAsync(Area area)
    {
        await ImportAsync(area, "公民身份号码,变更类型,变更日期,变更内容,凭证号", $"{numbers["苏晚晴"]},冻结,2022-03-01,,文1");
        const string movements = "公民身份号码,变动类型,金额,发生日期,渠道,凭证号,事由";
        FileOutcome spent = await ImportAsync(
            area, movements, $"{numbers["陆青松"]},支付,3664.00,2022-03-02,,FQ1,放弃", $"{numbers["魏明珠"]},消费,5000.00,2022-03-02,住院,,");
        await new Decisions(area).DecideAsync(new Decision(spent.Submission!.Value, 3, true, Reviewer, "急诊"), default);
        await ImportAsync(
            area, "单位编号,单位名称,姓名,公民身份号码,出生日期,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            [.. Foreigners.Select(f => $"W1,外商公司,{f.Name},{f.Id},1985-07-01,2022-03,8000.00,160.00,640.00")]);
        await PostAsync(area);
        await ImportAsync(area, "公民身份号码,变更类型,变更日期,变更内容", $"{Foreigners[0].Id},共济绑定,2022-03-01,{numbers["白露"]} 配偶", $"{Foreigners[0].Id},共济绑定,2022-03-01,{Mother} 父母");
        await ImportAsync(
            area, movements + ",成员证件号码", $"{Foreigners[0].Id},消费,20.00,2022-03-02,药店,,,{numbers["白露"]}", $"{Foreigners[0].Id},消费,5.00,2022-03-02,药店,,,{Mother}");
        await PostAsync(area);
        await ImportAsync(area, movements, $"{numbers["罗建国"]},消费,100.50,2022-03-03,药店,,");
    }

    private static async Task PostAsync(Area area)
    {
        RunDocument run = await new Allocation(area).RunAsync(March, Operator, 1, null, default);
        RunLife life = new(area);
        await life.ApproveAsync(run.Run!.Value, Reviewer, run.Digest, default, "测试");
        await life.PostAsync(run.Run!.Value, Reviewer, default);
    }

    private static async Task<FileOutcome> ImportAsync(Area area, string header, params string[] rows)
    {
        string file = Path.Combine(Path.GetTempPath(), $"channel-{Guid.NewGuid():N}.csv");
        await File.WriteAllLinesAsync(file, rows.Prepend(header));
        Importer importer = new(area, SystemClock.Instance, IntakeLimits.Default);
        FileOutcome outcome = (await importer.ImportAsync([file], new ImportRequest(March, SubmissionKind.Regular, false, Operator), null, default))[0];
        File.Delete(file);
        Assert.That((outcome.Refused, outcome.Rejected), Is.EqualTo(((string?)null, 0)), string.Join(' ', outcome.Rejections));
        return outcome;
    }
}
