namespace SpotArtifacts.Torch.Tests;

/// <summary>Convolution as its definition says, in double.</summary>
internal sealed record ReferenceConvolution(int Batch, int Inputs, int Side, int Outputs, int Kernel, int Stride, int Groups, int Before, int After)
{
    private int OutputSide => (Side + Before + After - Kernel) / Stride + 1;

    private int GroupInputs => Inputs / Groups;

    public double[] Forward(double[] x, double[] weight, double[] bias)
    {
        var y = new double[Batch * Outputs * OutputSide * OutputSide];
        Visit((at, _, _, o) => y[at] = bias[o], (at, source, tap) => y[at] += x[source] * weight[tap]);
        return y;
    }

    public (double[] X, double[] Weight) Backward(double[] x, double[] weight, double[] dy)
    {
        double[] dx = new double[x.Length], dw = new double[weight.Length];
        Visit((_, _, _, _) => { }, (at, source, tap) =>
        {
            dx[source] += dy[at] * weight[tap];
            dw[tap] += dy[at] * x[source];
        });
        return (dx, dw);
    }

    private void Visit(Action<int, int, int, int> entry, Action<int, int, int> term)
    {
        int at = 0;
        for (int b = 0; b < Batch; b++)
            for (int o = 0; o < Outputs; o++)
                for (int row = 0; row < OutputSide; row++)
                    for (int column = 0; column < OutputSide; column++, at++)
                    {
                        entry(at, row, column, o);
                        VisitWindow(b, o, row * Stride - Before, column * Stride - Before, at, term);
                    }
    }

    private void VisitWindow(int b, int o, int top, int left, int at, Action<int, int, int> term)
    {
        int firstInput = o / (Outputs / Groups) * GroupInputs;
        for (int i = 0; i < GroupInputs; i++)
            for (int r = 0; r < Kernel; r++)
                for (int c = 0; c < Kernel; c++)
                {
                    int y = top + r, x = left + c;
                    if (y < 0 || x < 0 || y >= Side || x >= Side) continue;
                    term(at, ((b * Inputs + firstInput + i) * Side + y) * Side + x, ((o * GroupInputs + i) * Kernel + r) * Kernel + c);
                }
    }
}
