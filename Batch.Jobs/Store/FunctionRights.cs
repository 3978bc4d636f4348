namespace Batch.Jobs.Store;

/// <summary>
/// What holds for every function of a schema, whichever script made it, settled after its last script: one that runs with the owner's rights or looks names up
/// finds them in its own schema before the caller's, reads and writes dates and numbers as text in one form whatever the session has set, and is nobody's to
/// call who was not granted it.
/// </summary>
internal static class FunctionRights
{
    internal static string Sql(string schema) =>
        $"""
        DO $rights$
        DECLARE
            f    record;
            path text;
        BEGIN
            FOR f IN SELECT p.oid::regprocedure AS name, p.prosecdef, p.proconfig FROM pg_catalog.pg_proc p
                     WHERE p.pronamespace = '{schema}'::regnamespace AND p.prokind = 'f' AND (p.prosecdef OR p.proconfig IS NOT NULL)
            LOOP
                path := coalesce((SELECT substr(c, length('search_path=') + 1) FROM unnest(f.proconfig) c WHERE c LIKE 'search_path=%'), '{schema}');
                EXECUTE format('ALTER FUNCTION %s SET search_path = %s SET datestyle = ''ISO, YMD'' SET intervalstyle = postgres SET timezone = ''Asia/Shanghai''
                                SET extra_float_digits = 1 SET bytea_output = hex',
                               f.name, CASE WHEN path ~ 'pg_temp$' THEN path ELSE path || ', pg_temp' END);
                IF f.prosecdef THEN
                    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
                END IF;
            END LOOP;
        END $rights$
        """;
}
