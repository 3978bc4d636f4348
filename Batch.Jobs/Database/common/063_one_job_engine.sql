-- Hangfire is the one job engine: the tables of Quartz.NET go. Nothing of ours was kept in them; work, progress and history are in batch.job and batch.job_event.
DROP SCHEMA IF EXISTS quartz CASCADE;
