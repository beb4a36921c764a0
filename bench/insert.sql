-- The counterpart of TEACH for pgbench: one durable row with a new stimulus.
\set n :n + 1
insert into pair values (:tag::text || ' ' || :client_id::text || ' ' || lpad(:n::text, 10, '0'), :response);
