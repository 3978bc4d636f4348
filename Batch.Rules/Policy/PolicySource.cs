namespace Batch.Rules;

/// <summary>
/// Where a value comes from, as a clerk can show it to a citizen. A source written as one line has only that as its address.
/// </summary>
/// <param name="Title">Title of the document or page.</param>
/// <param name="Number">Number of the document 文号.</param>
/// <param name="Date">Day, month or year of the document or page: <c>2023-07-01</c>, <c>2025-04</c>, <c>2024</c>.</param>
/// <param name="Issuer">Who issued it.</param>
/// <param name="Address">Where it was read.</param>
/// <param name="Quote">The sentence that says it, word for word.</param>
public sealed record PolicySource(string? Title, string? Number, string? Date, string? Issuer, string? Address, string? Quote)
{
    /// <summary>All of it in one line: <c>《title》，issuer，number，date；address：“sentence”</c>.</summary>
    public string Text
    {
        get
        {
            string head = string.Join("，", new[] { Title is null ? null : $"《{Title}》", Issuer, Number, Date }.OfType<string>());
            string place = string.Join("；", new[] { head, Address }.Where(part => !string.IsNullOrEmpty(part)));
            return Quote is null ? place : $"{place}：“{Quote}”";
        }
    }
}
