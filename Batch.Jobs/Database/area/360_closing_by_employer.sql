-- What each employer's contributions came to in a month that was closed: kept with the closing, so that its certificate stays as it was whatever comes later.

-- How many rows of closing_employer the closing has. NULL: none were kept, because there was no money or the closing is an older one.
ALTER TABLE :area.closing_money ADD COLUMN employers int;

CREATE TABLE :area.closing_employer (
    seq             bigint NOT NULL REFERENCES :area.closing_money,
    item_no         int NOT NULL,
    employer_id     int,                      -- NULL: what the runs allocated and no employer is known of
    before_fen      bigint NOT NULL,          -- in suspense at the closing before; negative: booked before the money came
    received_fen    bigint NOT NULL,          -- contributions that came since, corrections of earlier receipts included
    account_fen     bigint NOT NULL,          -- allocated: to accounts, to the pool, to other funds
    pool_fen        bigint NOT NULL,
    other_fen       bigint NOT NULL,
    refunded_fen    bigint NOT NULL,
    written_off_fen bigint NOT NULL,
    carried_fen     bigint NOT NULL,          -- set against another month of the employer: still in suspense, and no part of the sum
    after_fen       bigint NOT NULL,          -- in suspense at the closing
    late_fee_fen    bigint NOT NULL,          -- never in suspense
    interest_fen    bigint NOT NULL,
    PRIMARY KEY (seq, item_no),
    CHECK (before_fen + received_fen - account_fen - pool_fen - other_fen - refunded_fen - written_off_fen = after_fen)
);

GRANT SELECT, INSERT ON :area.closing_employer TO batch_program;
