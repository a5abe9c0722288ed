-- A message outlives its sender's account, without what is personal in it, so that
-- numbers have no gaps.

CREATE OR REPLACE FUNCTION forget_sender() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.text := '';
    NEW.client_id := NULL;
    NEW.hidden_at := coalesce(OLD.hidden_at, statement_timestamp());
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER sender_forgotten
BEFORE UPDATE OF sender_id ON chat_message
FOR EACH ROW WHEN (NEW.sender_id IS NULL AND OLD.sender_id IS NOT NULL)
EXECUTE FUNCTION forget_sender();
