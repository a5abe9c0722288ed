-- Folds a text to the letters that searches compare (project/lib/reads/search.py).
-- Columns are computed by it and stored: a migration that changes its results
-- computes them (first_name_folded, last_name_folded, title_folded) anew.
-- unaccent is only stable, because its rules are a file; indexes ask for immutable. The
-- rules change with PostgreSQL's major versions, when all indexes are made anew.
-- It is named in full: a search_path of the function's own would take most of its time.

DO $do$
DECLARE
    schema text := (
        SELECT quote_ident(nspname) FROM pg_extension
        JOIN pg_namespace ON pg_namespace.oid = extnamespace
        WHERE extname = 'unaccent'
    );
BEGIN
    EXECUTE replace($function$
        CREATE OR REPLACE FUNCTION fold_text(given text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
        AS $$
        BEGIN
            IF octet_length(given) = length(given) THEN  -- ASCII, of which most is
                RETURN upper(given);
            END IF;
            -- Composed first: й is a letter, not и with an accent.
            IF given IS NOT NFC NORMALIZED THEN
                given := normalize(given, NFC);
            END IF;
            -- Without soft hyphens, joiners and marks, which nobody types.
            RETURN upper(extension.unaccent('extension.unaccent', translate(
                given, U&'\00AD\200B\200C\200D\200E\200F\2060\FEFF', ''
            )));
        END
        $$
    $function$, 'extension', schema);
END
$do$
