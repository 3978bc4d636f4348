using System.Security.Claims;
using System.Text.Encodings.Web;
using Batch.Host.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Batch.Host.Api;

/// <summary>Signs a program in by its key: <c>Authorization: Bearer bk_...</c>.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys, WrongKeys wrong)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "ApiKey";
    public const string Area = "area";
    private const string Prefix = "Bearer ";

    private bool _tooMany;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        string text = header[Prefix.Length..].Trim();
        string from = Context.Connection.RemoteIpAddress?.ToString() ?? "";
        _tooMany = wrong.AreTooMany(from) && !keys.IsKnown(text);
        if (_tooMany || await keys.FindAsync(text, Context.RequestAborted) is not { } key)
        {
            wrong.Count(from);
            return AuthenticateResult.Fail("The key is not in force.");
        }

        ClaimsIdentity identity = new(
            [new(ClaimTypes.Name, ApiKeys.Prefix + key.Name), .. key.Scopes.Select(s => new Claim(Scopes.Claim, s)), .. key.Areas.Select(a => new Claim(Area, a))],
            base.Scheme.Name, ClaimTypes.Name, ClaimTypes.Role);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), base.Scheme.Name));
    }

    // The same answer for a key that there never was, a wrong one, one that has expired and one that was revoked.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = _tooMany ? StatusCodes.Status429TooManyRequests : StatusCodes.Status401Unauthorized;
        if (_tooMany)
        {
            Response.Headers.RetryAfter = "60";
        }

        return Task.CompletedTask;
    }
}
