using System.Text;

namespace Batch.Host;

/// <summary>Passwords that a verb asks for: the next line of the standard input, or typed at the terminal without being shown. Never an argument.</summary>
internal static class SecretInput
{
    public static bool IsTyped => !Console.IsInputRedirected;

    /// <summary>Null: the input has ended.</summary>
    public static string? Read(string prompt) => IsTyped ? Type(prompt) : Console.In.ReadLine();

    private static string? Type(string prompt)
    {
        Console.Error.Write(prompt + ": ");
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return typed.ToString();
                case ConsoleKey.Backspace when typed.Length > 0:
                    typed.Length--;
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                    {
                        typed.Append(key.KeyChar);
                    }

                    break;
            }
        }
    }
}
