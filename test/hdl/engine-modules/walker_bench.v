// The walker alone: goes through each tensor of tensors.hex, and rests where gaps.hex says so. A line for each element: its address, its
// bank, whether it is the last; and one for each clock in which the walker is not ready.
`timescale 1ns / 1ns
module walker_bench;
  parameter BANK_BITS = 2;
  parameter ADDRESS_BITS = 8;
  parameter COUNT_BITS = 4;
  parameter COLUMNS = 32;
  parameter COLUMN_BITS = 5;
  parameter TENSORS = 1;
  parameter GAPS = 1;
  localparam WIDTH = 3 * COUNT_BITS + ADDRESS_BITS + 2 + COLUMN_BITS;

  reg clk = 1'b0;
  reg start = 1'b0, next = 1'b0;
  reg [WIDTH-1:0] tensors[0:TENSORS-1];
  reg [1:0] gaps[0:GAPS-1];  // clocks before an element is left
  reg [WIDTH-1:0] tensor = 0;
  wire [COUNT_BITS-1:0] columns_last, channels_last, rows_last;
  wire [ADDRESS_BITS-1:0] row_step, address;
  wire [1:0] channel_shift;
  wire [COLUMN_BITS-1:0] column_first;
  wire [BANK_BITS-1:0] bank;
  wire ready, tensor_end;
  assign {columns_last, channels_last, rows_last, row_step, channel_shift, column_first} = tensor;

  walker #(
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .COLUMNS(COLUMNS),
      .COLUMN_BITS(COLUMN_BITS)
  ) walker (
      .clk(clk),
      .start(start),
      .next(next),
      .ready(ready),
      .columns_last(columns_last),
      .channels_last(channels_last),
      .rows_last(rows_last),
      .row_step(row_step),
      .channel_shift(channel_shift),
      .column_first(column_first),
      .address(address),
      .bank(bank),
      .tensor_end(tensor_end)
  );

  integer i, element;
  reg over;

  task tick;
    begin
      #1 clk = 1'b1;
      #1 clk = 1'b0;
    end
  endtask

  initial begin
    $readmemh("tensors.hex", tensors);
    $readmemh("gaps.hex", gaps);
    element = 0;
    for (i = 0; i < TENSORS; i = i + 1) begin
      tensor = tensors[i];
      start = 1'b1;
      tick;
      start = 1'b0;
      over = 1'b0;
      while (!over && element < GAPS) begin
        while (!ready) begin
          $display("waits");
          tick;
        end
        repeat (gaps[element]) tick;
        $display("%0d %0d %0d", address, bank, tensor_end);
        over = tensor_end;
        element = element + 1;
        next = !over;
        tick;
        next = 1'b0;
      end
    end
    $finish;
  end
endmodule
