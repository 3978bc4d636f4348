using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>Functions with the owner's rights.</summary>
public sealed partial class ProgramRightsTests
{
    [Test]
    public async Task A_function_with_the_owners_rights_takes_no_relation_and_looks_in_its_own_schema_first()
    {
        List<string> wrong = await connection.Owner.ReadAsync(
            """
            SELECT format('%s: %s', p.oid::regprocedure, w.what) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN LATERAL (VALUES
                ('not the owner''s', p.proowner <> 'batch_owner'::regrole),
                ('anybody may call it', p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)),
                ('a relation may be passed to it', has_function_privilege($1, p.oid, 'EXECUTE') AND EXISTS (SELECT FROM unnest(p.proargtypes) t WHERE t::regtype::text ~ '^reg|^any')),
                ('its search_path is not its own schema or the system''s first and temporary ones last', NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c ~ ('^search_path=(pg_catalog|' || n.nspname || '),.*pg_temp$'))),
                ('the form of dates is the caller''s', NOT ('DateStyle=ISO, YMD' = ANY(p.proconfig)))) w (what, wrong)
            WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND w.wrong
            """, r => r.GetString(0), CancellationToken.None, connection.ProgramUser);
        Assert.That(wrong, Is.Empty);
        foreach (string function in new[] { "run_sums", "run_digest" })
        {
            await AssertRefusedAsync($"SELECT area_420100.{function}(1, 'pg_catalog.pg_class'::regclass)");
        }
    }

    // Beside the missing right to temporary relations: were it given, nothing would be led to them.
    [Test]
    public async Task No_function_with_the_owners_rights_is_led_to_a_temporary_relation_or_function()
    {
        await using NpgsqlConnection admin = await connection.OpenAdminAsync(null, CancellationToken.None);
        string name = admin.Database;
        await ExecuteAsync(admin, $"GRANT TEMPORARY ON DATABASE {name} TO {connection.ProgramUser}");
        try
        {
            await ExecuteAsync(host,
                """
                CREATE FUNCTION pg_temp.trap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF current_user = 'batch_owner' THEN RAISE EXCEPTION 'trapped' USING ERRCODE = 'ZZ001'; END IF; RETURN 1; END $$;
                DO $$ DECLARE t text; f record; BEGIN
                    FOR t IN SELECT DISTINCT relname FROM pg_class WHERE relnamespace IN ('batch'::regnamespace, 'area_420100'::regnamespace) AND relkind IN ('r', 'p', 'v')
                             UNION SELECT unnest(ARRAY['run_entry_1', 'entry_2099_01', 'contribution_2099_01', 'statement_2099', 'balance_at_0', 'pg_inherits', 'pg_class']) LOOP
                        EXECUTE format('CREATE TEMPORARY VIEW %I AS SELECT pg_temp.trap() AS run_id, pg_temp.trap() AS account_id, pg_temp.trap() AS month', t);
                    END LOOP;
                    FOR f IN SELECT DISTINCT proname FROM pg_proc WHERE pronamespace IN ('batch'::regnamespace, 'area_420100'::regnamespace)
                             UNION SELECT unnest(ARRAY['to_char', 'coalesce_', 'hashtext', 'format', 'count', 'to_regclass']) LOOP
                        EXECUTE format('CREATE FUNCTION pg_temp.%I() RETURNS int LANGUAGE sql AS ''SELECT pg_temp.trap()''', f.proname);
                        EXECUTE format('CREATE FUNCTION pg_temp.%I(int) RETURNS int LANGUAGE sql AS ''SELECT pg_temp.trap()''', f.proname);
                        EXECUTE format('CREATE FUNCTION pg_temp.%I(text) RETURNS int LANGUAGE sql AS ''SELECT pg_temp.trap()''', f.proname);
                    END LOOP;
                END $$;
                SET search_path = pg_temp, pg_catalog;
                """);
            List<string> trapped = [], called = [];
            foreach ((string function, string call) in await connection.Owner.ReadAsync(
                """
                SELECT p.oid::regprocedure::text, format('SELECT %s(%s)', p.oid::regproc, (
                    SELECT string_agg(CASE t::regtype::text WHEN 'integer' THEN '1' WHEN 'bigint' THEN '1' WHEN 'date' THEN '''2099-01-01''' WHEN 'text' THEN '''contribution''' WHEN 'boolean' THEN 'true'
                                      WHEN 'jsonb' THEN '''{}''' ELSE 'NULL::' || t::regtype END, ', ' ORDER BY o) FROM unnest(p.proargtypes) WITH ORDINALITY u (t, o)))
                FROM pg_proc p WHERE p.prosecdef AND p.pronamespace::regnamespace::text = ANY($2) AND p.prorettype <> 'trigger'::regtype AND has_function_privilege($1, p.oid, 'EXECUTE')
                """, r => (r.GetString(0), r.GetString(1)), CancellationToken.None, connection.ProgramUser, Schemas))
            {
                called.Add(function);
                if (await TryAsync(call) is { SqlState: "ZZ001" })
                {
                    trapped.Add(function);
                }
            }

            Assert.That(trapped, Is.Empty);
            Assert.That(called, Has.Count.GreaterThan(15).And.Some.Contains("post_run").And.Some.Contains("close_month"));
        }
        finally
        {
            await ExecuteAsync(admin, $"REVOKE TEMPORARY ON DATABASE {name} FROM {connection.ProgramUser}");
            await ExecuteAsync(host, "SET search_path = pg_catalog, pg_temp");
        }
    }
}
