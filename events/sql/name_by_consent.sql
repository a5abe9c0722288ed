-- Refuses to name members in an organization who left it, or do not want to be named,
-- whoever writes.

CREATE OR REPLACE FUNCTION events_name_by_consent() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    may_be_named boolean;
BEGIN
    -- Held, and read as it is then: the member may be refusing at this moment.
    SELECT member.may_be_named INTO may_be_named
    FROM matchmaker_member member WHERE id = NEW.member_id FOR SHARE;
    IF NOT may_be_named OR EXISTS (
        SELECT FROM events_departure WHERE organization_id = NEW.organization_id
            AND member_id = NEW.member_id
    ) THEN
        RAISE check_violation USING
            CONSTRAINT = 'membership_by_consent',
            MESSAGE = 'This member left, or does not want to be named.';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER name_by_consent BEFORE INSERT ON events_membership
FOR EACH ROW WHEN (NEW.confirmed_at IS NULL)
EXECUTE FUNCTION events_name_by_consent();
