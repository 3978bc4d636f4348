using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>What a request that failed is answered with.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken]
internal sealed class FaultModel : BatchPage
{
    public string? Code { get; private set; }

    public (string Chinese, string English) Sentence { get; private set; }

    public void OnGet(int? status) => Show(status);

    public void OnPost(int? status) => Show(status);

    private void Show(int? status)
    {
        VerbFault? fault = HttpContext.Items[FaultPages.Item] as VerbFault;
        Code = fault?.Code;
        Sentence = fault is not null ? (fault.Chinese, fault.Message) : status switch
        {
            StatusCodes.Status404NotFound => ("没有这个页面。", "There is no such page."),
            StatusCodes.Status400BadRequest => ("请求无效或表单已过期，请返回重试。", "The request is not valid or the form has expired; go back and try again."),
            StatusCodes.Status429TooManyRequests => ("请求过于频繁，请稍后再试。", "Too many requests; try again in a moment."),
            _ => ("程序未能完成此请求。", "The request could not be completed."),
        };
    }
}
