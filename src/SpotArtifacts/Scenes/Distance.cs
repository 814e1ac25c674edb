using System.Numerics;

namespace SpotArtifacts.Scenes;

/// <summary>
/// Signed distances from a point to primitives at the origin: negative inside, never larger than the true distance outside.
/// </summary>
/// <remarks>The closed forms are the usual ones (Quilez, "Distance functions"); the y axis points up.</remarks>
internal static class Distance
{
    public static float ToBall(Vector3 point, float radius) => point.Length() - radius;

    /// <summary>A box with half extents <paramref name="half"/>, its edges rounded by <paramref name="rounding"/>.</summary>
    public static float ToBox(Vector3 point, Vector3 half, float rounding)
    {
        var outside = Vector3.Abs(point) - half + new Vector3(rounding);
        float inside = MathF.Min(MathF.Max(outside.X, MathF.Max(outside.Y, outside.Z)), 0);
        return Vector3.Max(outside, Vector3.Zero).Length() + inside - rounding;
    }

    /// <summary>An upright cylinder.</summary>
    public static float ToCylinder(Vector3 point, float radius, float halfHeight)
    {
        float side = MathF.Sqrt((point.X * point.X) + (point.Z * point.Z)) - radius;
        float end = MathF.Abs(point.Y) - halfHeight;
        float corner = new Vector2(MathF.Max(side, 0), MathF.Max(end, 0)).Length();
        return MathF.Min(MathF.Max(side, end), 0) + corner;
    }

    /// <summary>A torus around the z axis.</summary>
    public static float ToRing(Vector3 point, float radius, float tube)
    {
        float around = MathF.Sqrt((point.X * point.X) + (point.Y * point.Y)) - radius;
        return MathF.Sqrt((around * around) + (point.Z * point.Z)) - tube;
    }

    /// <summary>A round-ended rod along the x axis.</summary>
    public static float ToRod(Vector3 point, float radius, float halfLength)
    {
        point.X -= Math.Clamp(point.X, -halfLength, halfLength);
        return point.Length() - radius;
    }

    /// <summary>An upright cone frustum.</summary>
    public static float ToFrustum(Vector3 point, float halfHeight, float bottomRadius, float topRadius)
    {
        var q = new Vector2(MathF.Sqrt((point.X * point.X) + (point.Z * point.Z)), point.Y);
        var top = new Vector2(topRadius, halfHeight);
        var slope = new Vector2(topRadius - bottomRadius, 2 * halfHeight);
        float end = MathF.Abs(q.Y) - halfHeight;
        var toEnd = new Vector2(q.X - MathF.Min(q.X, q.Y < 0 ? bottomRadius : topRadius), end);
        float along = Math.Clamp(Vector2.Dot(top - q, slope) / slope.LengthSquared(), 0, 1);
        var toSide = q - top + (slope * along);
        float sign = toSide.X < 0 && toEnd.Y < 0 ? -1 : 1;
        return sign * MathF.Sqrt(MathF.Min(toEnd.LengthSquared(), toSide.LengthSquared()));
    }

    /// <summary>A union whose seam is rounded over about <paramref name="width"/>.</summary>
    public static float Blend(float first, float second, float width)
    {
        float overlap = MathF.Max(width - MathF.Abs(first - second), 0) / width;
        return MathF.Min(first, second) - (overlap * overlap * width * 0.25f);
    }
}
