-- Cells of the file that had characters which are not seen (marks of direction, blanks of no width): they were removed before the cell was read.
ALTER TABLE :area.submission ADD COLUMN invisible_cells int NOT NULL DEFAULT 0;
