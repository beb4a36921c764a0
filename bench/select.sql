-- The counterpart of ASK for pgbench: one of the known rows by its primary key.
\set n random(1, :known)
select response from pair where stimulus = 'known ' || lpad(:n::text, 10, '0');
