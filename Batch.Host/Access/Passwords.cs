using System.Security.Cryptography;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Batch.Host.Access;

/// <summary>Passwords: made, judged, and hashed as the framework does it (PBKDF2, SHA-512).</summary>
internal static class Passwords
{
    private const int Shortest = 10;
    private const int Longest = 128;
    private const int Iterations = 210_000;

    // Without the letters and digits that are taken for one another on paper.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    /// <summary>Somebody's hash to compare with when there is nobody, so that a wrong name takes as long as a wrong password.</summary>
    private static readonly Lazy<string> Nobody = new(() => Hasher.HashPassword("", OneTime()));

    public static string OneTime() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));

    /// <exception cref="DataFaultException">SIGN_IN_BUSY.</exception>
    public static Task<string> HashAsync(string name, string password, CancellationToken cancellation) =>
        PasswordWork.RunAsync(() => Hasher.HashPassword(name, password), cancellation);

    /// <exception cref="DataFaultException">SIGN_IN_BUSY.</exception>
    public static Task<bool> VerifyAsync(string name, string? hash, string password, CancellationToken cancellation) => PasswordWork.RunAsync(
        () => Hasher.VerifyHashedPassword(name, hash ?? Nobody.Value, password) != PasswordVerificationResult.Failed && hash is not null, cancellation);

    /// <exception cref="DataFaultException">PASSWORD_WEAK, with what is asked for; PASSWORD_COMMON.</exception>
    public static void RefuseWeak(string name, string password)
    {
        string plain = string.Concat(name.Where(char.IsLetterOrDigit));
        // Judged as it reads; what is hashed is what was typed.
        string folded = CommonPasswords.Folded(password);
        bool hasName = name.Length > 2 && (folded.Contains(name, StringComparison.OrdinalIgnoreCase) || folded.Contains(plain, StringComparison.OrdinalIgnoreCase));
        if (password.Length > Longest || folded.Length < Shortest || folded.Distinct().Count() < 5 || hasName)
        {
            throw new DataFaultException(
                "PASSWORD_WEAK", $"密码须有 {Shortest} 至 {Longest} 个字符、至少五种不同字符，且不含用户名。",
                $"A password has {Shortest} to {Longest} characters, at least five different ones, and not the user's name in it.");
        }

        if (CommonPasswords.IsCommon(password, name, plain, string.Concat(plain.Reverse())))
        {
            throw new DataFaultException(
                "PASSWORD_COMMON", "这个密码太常见（常用词、姓名拼音、生日、键盘顺序或重复字符），请换一个，例如几个不相干的词。",
                "This password is too common (known words, names, dates, runs of the keyboard, repetitions); choose another one, such as some unrelated words.");
        }
    }
}
