-- TEACH's peer for pgbench: one durable row with a stimulus nobody inserted before.
\set n :n + 1
insert into pair values (:tag::text || ' ' || :client_id::text || ' ' || lpad(:n::text, 10, '0'), :response);
