using Batch.Jobs.Store;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Batch.Host.Web;

/// <summary>
/// Refuses a form with a value that is not of its field's type. The framework would leave the field at its default: a file that names the submission that it mends
/// would be taken as one that mends none.
/// </summary>
internal sealed class UnreadableForms : IPageFilter
{
    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
        // The values are not read yet.
    }

    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        string[] names = HttpMethods.IsPost(context.HttpContext.Request.Method)
            ? [.. context.ModelState.Where(f => f.Value is { ValidationState: ModelValidationState.Invalid, AttemptedValue.Length: > 0 }).Select(f => f.Key)]
            : [];
        if (names.Length > 0)
        {
            string all = string.Join(", ", names);
            throw new DataFaultException("FORM_UNREADABLE", $"表单中有内容无法识别：{all}。", $"Fields of the form cannot be read: {all}.");
        }
    }

    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
        // Nothing to add.
    }
}
