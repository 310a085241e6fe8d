// Holds `reset` for the first clocks after configuration, once the clock is `steady`: iCE40 block RAM reads as zero for some
// microseconds then (Lattice TN-02001, "Technology Considerations").
module power_on_reset #(
    parameter CLOCKS_LOG2 = 8
) (
    input  clk,
    input  steady,
    output reset
);
  reg [CLOCKS_LOG2:0] clocks = 0;
  assign reset = !clocks[CLOCKS_LOG2];
  always @(posedge clk) begin
    if (reset) clocks <= clocks + 1'b1;
    if (!steady) clocks <= 0;
  end
endmodule
