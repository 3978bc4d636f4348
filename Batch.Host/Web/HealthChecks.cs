using System.Security.Cryptography;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Batch.Host.Web;

/// <summary><c>/healthz/live</c>: the program answers. <c>/healthz/ready</c>: the database takes what is written; if not, a code says why. Open to all; they tell nothing else.</summary>
internal static class HealthChecks
{
    public static void Map(WebApplication app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions
        {
            ResponseWriter = static (context, report) => context.Response.WriteAsync(
                string.Join(' ', report.Entries.Values.Select(e => e.Description).OfType<string>().Prepend(report.Status.ToString())), context.RequestAborted),
        }).AllowAnonymous();
    }
}

internal sealed class DatabaseHealth(NpgsqlDataSource program) : IHealthCheck
{
    private const int PageBytes = 8192;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // A page that cannot be packed: on a full disk there is no room for it.
    private readonly byte[] filler = RandomNumberGenerator.GetBytes(PageBytes);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await using NpgsqlConnection connection = await program.OpenConnectionAsync(limit.Token);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(limit.Token);
            await using NpgsqlCommand command = new("INSERT INTO batch.write_check (filler) VALUES ($1)", connection);
            command.Parameters.AddWithValue(filler);
            await command.ExecuteNonQueryAsync(limit.Token);
            await transaction.RollbackAsync(limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("DATABASE_SLOW");
        }
        catch (Exception fault) when (fault is NpgsqlException or Jobs.Store.EnvironmentException)
        {
            return HealthCheckResult.Unhealthy(FaultText.Of(fault).Code);
        }
    }
}
