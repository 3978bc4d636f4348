using System.Text;

namespace Batch.Jobs.Files;

/// <summary>A number of a person or a card as somebody types or pastes it, read as files are: full-width digits, blanks within it and characters that are not seen make no difference.</summary>
public static class TypedNumber
{
    public static string Of(string typed)
    {
        if (typed.Length > FieldText.MaxChars / 4)
        {
            // No number is as long: it is refused for its length.
            return typed;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        StringBuilder kept = new(typed.Length);
        foreach (char c in FieldText.Normalise(Encoding.UTF8.GetBytes(typed), buffer))
        {
            if (!char.IsWhiteSpace(c))
            {
                kept.Append(c);
            }
        }

        return kept.ToString();
    }
}
