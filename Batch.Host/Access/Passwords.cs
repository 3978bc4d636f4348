using System.Security.Cryptography;
using Batch.Jobs.Areas;
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

    public static string Hash(string name, string password) => Hasher.HashPassword(name, password);

    public static bool Verify(string name, string? hash, string password) =>
        Hasher.VerifyHashedPassword(name, hash ?? Nobody.Value, password) != PasswordVerificationResult.Failed && hash is not null;

    /// <exception cref="DataFaultException">PASSWORD_WEAK, with what is asked for.</exception>
    public static void RefuseWeak(string name, string password)
    {
        bool weak = password.Length is < Shortest or > Longest || password.Distinct().Count() < 5 || password.Contains(name, StringComparison.OrdinalIgnoreCase);
        if (weak)
        {
            throw new DataFaultException(
                "PASSWORD_WEAK", $"密码须有 {Shortest} 至 {Longest} 个字符、至少五种不同字符，且不含用户名。",
                $"A password has {Shortest} to {Longest} characters, at least five different ones, and not the user's name in it.");
        }
    }
}
