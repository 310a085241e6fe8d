// The places of a tensor's elements, one after another, as pictures come and traces go: rows > columns > channels.
//
// An element lies at row + column + channel; where a column of the first row lies says a table, since columns are spread over the
// banks. `ready` is low for a clock while it is read.
module walker #(
    parameter BANK_BITS = 2,
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter COLUMNS = 64,  // words in columns.hex
    parameter COLUMN_BITS = 7
) (
    input clk,
    input start,  // at the first element
    input next,   // only when `ready`
    output reg ready,

    input [COUNT_BITS-1:0] columns_last,
    input [COUNT_BITS-1:0] channels_last,
    input [COUNT_BITS-1:0] rows_last,
    input [ADDRESS_BITS-1:0] row_step,
    input [1:0] channel_shift,  // log2 of the addresses from one channel to the next
    input [COLUMN_BITS-1:0] column_first,

    output [ADDRESS_BITS-1:0] address,
    output [BANK_BITS-1:0] bank,
    output tensor_end  // this is the last
);
  reg [ADDRESS_BITS-1:0] row_address;
  reg [COUNT_BITS-1:0] row, column, channel;
  wire [ADDRESS_BITS-1:0] column_offset;

  rom #(
      .FILE("columns.hex"),
      .STYLE(COLUMNS > 128 ? "block" : "logic"),
      .WIDTH(ADDRESS_BITS + BANK_BITS),
      .WORDS(COLUMNS),
      .ADDRESS_BITS(COLUMN_BITS)
  ) column_places (
      .clk(clk),
      .address(column_first + {{COLUMN_BITS - COUNT_BITS{1'b0}}, column}),
      .value({column_offset, bank})
  );

  wire channels_end = channel == channels_last;
  wire columns_end = column == columns_last;

  assign tensor_end = channels_end && columns_end && row == rows_last;
  assign address = row_address + column_offset + ({{ADDRESS_BITS - COUNT_BITS{1'b0}}, channel} << channel_shift);

  always @(posedge clk) begin
    ready <= 1'b1;
    if (next) begin
      channel <= channel + 1'b1;
      if (channels_end) begin
        channel <= 0;
        column <= columns_end ? 0 : column + 1'b1;
        ready <= 1'b0;
        if (columns_end) begin
          row <= row + 1'b1;
          row_address <= row_address + row_step;
        end
      end
    end
    if (start) begin
      ready <= 1'b0;
      row <= 0;
      column <= 0;
      channel <= 0;
      row_address <= 0;
    end
  end
endmodule
