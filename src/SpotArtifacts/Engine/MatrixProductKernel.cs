using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SpotArtifacts.Engine;

/// <summary>A matrix as it lies in memory: element (i, j) is at <c>i * Row + j * Column</c>.</summary>
/// <param name="Start">Its first element.</param>
/// <param name="Row">Elements from one row to the next.</param>
/// <param name="Column">Elements from one column to the next.</param>
internal readonly unsafe record struct MatrixView(nint Start, long Row, long Column)
{
    /// <summary>Element (row, column).</summary>
    public float* At(long row, long column) => (float*)Start + (row * Row) + (column * Column);
}

/// <summary>
/// Products of matrices in Float32 with 512-bit vectors. libtorch's come from MKL, which on AMD's processors uses half of a
/// vector; a product then takes three times as long as a convolution of as many operations.
/// </summary>
/// <remarks>
/// The right matrix is copied in panels of <see cref="Columns"/> columns and <see cref="Depth"/> rows, which stay in the first
/// cache while tiles of <see cref="Rows"/> rows of the left matrix go over them. Every element is summed in the order of k,
/// whatever the threads.
/// </remarks>
internal static unsafe class MatrixProductKernel
{
    /// <summary>Rows of a tile of the result.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a tile of the result: two vectors.</summary>
    public const int Columns = 32;

    private const int Depth = 256, RowsAtOnce = 32 * Rows;

    /// <summary>Whether this is faster here than libtorch's: AVX-512 on a processor that is not Intel's.</summary>
    public static bool IsFaster => Processor.HasAvx512OfOthers;

    /// <summary>result (m, n) = left (m, k) * right (k, n), on as many threads as operators use.</summary>
    /// <param name="left">(m, k).</param>
    /// <param name="right">(k, n).</param>
    /// <param name="result">(m, n), rows of its own columns side by side; every element is overwritten.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Products in each sum; above 0.</param>
    public static void Multiply(MatrixView left, MatrixView right, MatrixView result, long m, long n, long k)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(result.Column, 1);
        bool byColumns = n >= m;
        var kernel = new Part(left, right, result, m, n, k, byColumns);
        KernelThreads.For(byColumns ? (n + Columns - 1) / Columns : (m + Rows - 1) / Rows, 1, kernel);
    }

    private readonly struct Part(MatrixView left, MatrixView right, MatrixView result, long m, long n, long k, bool byColumns)
        : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            (long row, long rowEnd, long column, long columnEnd) = byColumns
                ? (0, m, begin * Columns, Math.Min(n, end * Columns)) : (begin * Rows, Math.Min(m, end * Rows), 0L, n);
            long panels = (columnEnd - column + Columns - 1) / Columns;
            float* packed = (float*)NativeMemory.AlignedAlloc((nuint)(panels * Columns * Depth * sizeof(float)), 64);
            try
            {
                for (long depth = 0; depth < k; depth += Depth)
                    Layer(packed, depth, row, rowEnd, column, columnEnd);
            }
            finally
            {
                NativeMemory.AlignedFree(packed);
            }
        }

        // All products whose k lies in [depth, depth + Depth).
        private void Layer(float* packed, long depth, long row, long rowEnd, long column, long columnEnd)
        {
            float* sums = stackalloc float[Rows * Columns];
            int terms = (int)Math.Min(Depth, k - depth);
            for (long top = row; top < rowEnd; top += RowsAtOnce)
            {
                long bottom = Math.Min(rowEnd, top + RowsAtOnce);
                float* panel = packed;
                for (long first = column; first < columnEnd; first += Columns, panel += Columns * Depth)
                {
                    int width = (int)Math.Min(Columns, columnEnd - first);
                    if (top == row)
                        Pack(right with { Start = (nint)right.At(depth, first) }, terms, width, panel);
                    for (long tile = top; tile < bottom; tile += Rows)
                    {
                        int rows = (int)Math.Min(Rows, bottom - tile);
                        Tile(left.At(tile, depth), rows - 1, left.Row, left.Column, panel, terms, sums);
                        Put(sums, rows, width, result.At(tile, first), result.Row, depth > 0);
                    }
                }
            }
        }
    }

    // Rows of 32 columns side by side; zeros where the matrix ends before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(MatrixView matrix, int rows, int columns, float* panel)
    {
        if (columns < Columns)
            new Span<float>(panel, rows * Columns).Clear();
        if (matrix.Column == 1 && columns == Columns)
            for (int i = 0; i < rows; i++)
            {
                float* from = matrix.At(i, 0);
                Vector512.Store(Vector512.Load(from), panel + (i * Columns));
                Vector512.Store(Vector512.Load(from + 16), panel + (i * Columns) + 16);
            }
        else
            for (int j = 0; j < columns; j++)
            {
                float* from = matrix.At(0, j);
                for (int i = 0; i < rows; i++)
                    panel[(i * Columns) + j] = from[i * matrix.Row];
            }
    }

    // Sixteen sums that do not wait for each other keep both multipliers busy; written out, and no call while they live, for they
    // must stay in registers. A tile of fewer rows computes its last row again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* rows, int last, long step, long termStep, float* panel, int terms, float* sums)
    {
        float* r0 = rows;
        float* r1 = rows + (Math.Min(1, last) * step);
        float* r2 = rows + (Math.Min(2, last) * step);
        float* r3 = rows + (Math.Min(3, last) * step);
        float* r4 = rows + (Math.Min(4, last) * step);
        float* r5 = rows + (Math.Min(5, last) * step);
        float* r6 = rows + (Math.Min(6, last) * step);
        float* r7 = rows + (Math.Min(7, last) * step);
        Vector512<float> c00 = default, c01 = default;
        Vector512<float> c10 = default, c11 = default;
        Vector512<float> c20 = default, c21 = default;
        Vector512<float> c30 = default, c31 = default;
        Vector512<float> c40 = default, c41 = default;
        Vector512<float> c50 = default, c51 = default;
        Vector512<float> c60 = default, c61 = default;
        Vector512<float> c70 = default, c71 = default;
        long at = 0;
        for (float* end = panel + (terms * Columns); panel < end; panel += Columns, at += termStep)
        {
            Vector512<float> left = Vector512.Load(panel), right = Vector512.Load(panel + 16);
            Vector512<float> x0 = Vector512.Create(r0[at]);
            c00 = Vector512.FusedMultiplyAdd(x0, left, c00);
            c01 = Vector512.FusedMultiplyAdd(x0, right, c01);
            Vector512<float> x1 = Vector512.Create(r1[at]);
            c10 = Vector512.FusedMultiplyAdd(x1, left, c10);
            c11 = Vector512.FusedMultiplyAdd(x1, right, c11);
            Vector512<float> x2 = Vector512.Create(r2[at]);
            c20 = Vector512.FusedMultiplyAdd(x2, left, c20);
            c21 = Vector512.FusedMultiplyAdd(x2, right, c21);
            Vector512<float> x3 = Vector512.Create(r3[at]);
            c30 = Vector512.FusedMultiplyAdd(x3, left, c30);
            c31 = Vector512.FusedMultiplyAdd(x3, right, c31);
            Vector512<float> x4 = Vector512.Create(r4[at]);
            c40 = Vector512.FusedMultiplyAdd(x4, left, c40);
            c41 = Vector512.FusedMultiplyAdd(x4, right, c41);
            Vector512<float> x5 = Vector512.Create(r5[at]);
            c50 = Vector512.FusedMultiplyAdd(x5, left, c50);
            c51 = Vector512.FusedMultiplyAdd(x5, right, c51);
            Vector512<float> x6 = Vector512.Create(r6[at]);
            c60 = Vector512.FusedMultiplyAdd(x6, left, c60);
            c61 = Vector512.FusedMultiplyAdd(x6, right, c61);
            Vector512<float> x7 = Vector512.Create(r7[at]);
            c70 = Vector512.FusedMultiplyAdd(x7, left, c70);
            c71 = Vector512.FusedMultiplyAdd(x7, right, c71);
        }
        Vector512.Store(c00, sums);
        Vector512.Store(c01, sums + 16);
        Vector512.Store(c10, sums + 32);
        Vector512.Store(c11, sums + 48);
        Vector512.Store(c20, sums + 64);
        Vector512.Store(c21, sums + 80);
        Vector512.Store(c30, sums + 96);
        Vector512.Store(c31, sums + 112);
        Vector512.Store(c40, sums + 128);
        Vector512.Store(c41, sums + 144);
        Vector512.Store(c50, sums + 160);
        Vector512.Store(c51, sums + 176);
        Vector512.Store(c60, sums + 192);
        Vector512.Store(c61, sums + 208);
        Vector512.Store(c70, sums + 224);
        Vector512.Store(c71, sums + 240);
    }

    private static void Put(float* sums, int rows, int columns, float* result, long step, bool adds)
    {
        for (int row = 0; row < rows; row++, sums += Columns, result += step)
            if (columns < Columns)
                for (int i = 0; i < columns; i++)
                    result[i] = adds ? result[i] + sums[i] : sums[i];
            else
                for (int i = 0; i < Columns; i += 16)
                {
                    Vector512<float> value = Vector512.Load(sums + i);
                    Vector512.Store(adds ? Vector512.Load(result + i) + value : value, result + i);
                }
    }
}
