-- Which rows refer to a row of mr_blob; it goes with the last of them.
--
-- instance_id: whose rows they are, 0 for rows of no instance. part: which of them, as far as that
-- matters: 'history', 'snapshot' and 'run' go before their instance does, by the number in seq;
-- 'variable:OWNER/NAME' when the variable is written. Others go with their instance, or never.
CREATE TABLE mr_blob_ref (
  instance_id INTEGER NOT NULL,
  part TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (instance_id, part, seq, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX mr_blob_ref_hash ON mr_blob_ref (hash);

-- What was there before, whose rows are not known.
INSERT INTO mr_blob_ref (instance_id, part, seq, hash) SELECT 0, 'unknown', 0, hash FROM mr_blob;

CREATE TRIGGER mr_blob_ref_last AFTER DELETE ON mr_blob_ref
WHEN NOT EXISTS (SELECT 1 FROM mr_blob_ref WHERE hash = OLD.hash)
BEGIN
  DELETE FROM mr_blob WHERE hash = OLD.hash;
END;
