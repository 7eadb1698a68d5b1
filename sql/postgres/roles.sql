-- The group roles of interface.md; each includes the one before it, and campaignkit_pii comes on top of any.
do $$
declare
  wanted text;
  grown text[] := array['campaignkit_viewer', 'campaignkit_operator', 'campaignkit_moderator'];
begin
  foreach wanted in array grown || array['campaignkit_pii'] loop
    if not exists (select 1 from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null;  -- made at this moment from another database of this server
      end;
    end if;
  end loop;
  for place in 1 .. 2 loop
    if not exists (
      select 1 from pg_auth_members m
      where m.roleid = (select r.oid from pg_roles r where r.rolname = grown[place])
        and m.member = (select r.oid from pg_roles r where r.rolname = grown[place + 1])
    ) then
      execute format('grant %I to %I', grown[place], grown[place + 1]);
    end if;
  end loop;
end
$$
