using System.Numerics;

namespace SpotArtifacts.Scenes;

/// <summary>One object with its proportions drawn; it lies inside the unit ball, y up, its front along z.</summary>
internal abstract class Solid
{
    /// <summary>Largest turn about the vertical from the front view, in radians: what keeps a class recognisable.</summary>
    public virtual float MaxYaw => MathF.PI;

    /// <summary>Signed distance from a point in the object's own coordinates.</summary>
    public abstract float DistanceTo(Vector3 point);

    /// <summary>The outward unit normal near the surface: central differences on a tetrahedron, four evaluations.</summary>
    public Vector3 NormalAt(Vector3 point)
    {
        const float Offset = 0.004f;
        float a = DistanceTo(point + new Vector3(Offset, -Offset, -Offset));
        float b = DistanceTo(point + new Vector3(-Offset, -Offset, Offset));
        float c = DistanceTo(point + new Vector3(-Offset, Offset, -Offset));
        float d = DistanceTo(point + new Vector3(Offset, Offset, Offset));
        var gradient = new Vector3(a - b - c + d, c + d - a - b, b + d - a - c);
        float length = gradient.Length();
        return length > 0 ? gradient / length : Vector3.UnitY;
    }
}

internal sealed class Ball : Solid
{
    public override float DistanceTo(Vector3 point) => Distance.ToBall(point, 0.95f);
}

internal sealed class Cube(SceneRandom random) : Solid
{
    private readonly Vector3 _half = new(random.Range(0.5f, 0.56f), random.Range(0.5f, 0.56f), random.Range(0.5f, 0.56f));

    public override float DistanceTo(Vector3 point) => Distance.ToBox(point, _half, 0.03f);
}

internal sealed class Cone(SceneRandom random) : Solid
{
    private readonly float _radius = random.Range(0.48f, 0.62f);
    private readonly float _halfHeight = random.Range(0.68f, 0.78f);

    public override float DistanceTo(Vector3 point) => Distance.ToFrustum(point, _halfHeight, _radius, 0.03f);
}

internal sealed class Ring(SceneRandom random) : Solid
{
    private readonly float _tube = random.Range(0.15f, 0.26f);

    public override float MaxYaw => 1.0f;

    public override float DistanceTo(Vector3 point) => Distance.ToRing(point, 0.98f - _tube, _tube);
}

/// <summary>A hollow cylinder with a handle at one side.</summary>
internal sealed class Mug(SceneRandom random) : Solid
{
    private readonly float _radius = random.Range(0.46f, 0.55f);
    private readonly float _halfHeight = random.Range(0.5f, 0.66f);
    private readonly float _side = random.Sign();

    public override float MaxYaw => 0.9f;

    public override float DistanceTo(Vector3 point)
    {
        point.X = (point.X * _side) + 0.18f;
        float outer = Distance.ToCylinder(point, _radius, _halfHeight);
        float cavity = Distance.ToCylinder(point - new Vector3(0, 0.12f, 0), _radius - 0.09f, _halfHeight);
        float handle = Distance.ToRing(point - new Vector3(_radius + 0.1f, 0, 0), 0.3f, 0.085f);
        handle = MathF.Max(handle, _radius - 0.05f - point.X);
        return MathF.Min(MathF.Max(outer, -cavity), handle);
    }
}

internal sealed class Table(SceneRandom random) : Solid
{
    private readonly Vector3 _top = new(random.Range(0.66f, 0.74f), 0.075f, random.Range(0.4f, 0.48f));
    private readonly float _halfHeight = random.Range(0.36f, 0.44f);

    public override float DistanceTo(Vector3 point)
    {
        float top = Distance.ToBox(point - new Vector3(0, _halfHeight - _top.Y, 0), _top, 0.02f);
        var folded = new Vector3(MathF.Abs(point.X) - _top.X + 0.12f, point.Y, MathF.Abs(point.Z) - _top.Z + 0.12f);
        return MathF.Min(top, Distance.ToBox(folded, new Vector3(0.085f, _halfHeight - 0.02f, 0.085f), 0.01f));
    }
}

/// <summary>Four legs, a seat and a high back.</summary>
internal sealed class Chair(SceneRandom random) : Solid
{
    private const float Height = 0.77f;
    private readonly float _half = random.Range(0.37f, 0.43f);
    private readonly float _seat = random.Range(-0.12f, 0.02f);

    public override float MaxYaw => 2.2f;

    public override float DistanceTo(Vector3 point)
    {
        float seat = Distance.ToBox(point - new Vector3(0, _seat, 0), new Vector3(_half, 0.075f, _half), 0.02f);
        float legHalf = (_seat + Height) / 2;
        var folded = new Vector3(MathF.Abs(point.X) - _half + 0.08f, point.Y + Height - legHalf,
            MathF.Abs(point.Z) - _half + 0.08f);
        float legs = Distance.ToBox(folded, new Vector3(0.08f, legHalf, 0.08f), 0.01f);
        float backHalf = (Height - _seat) / 2;
        var behind = point - new Vector3(0, _seat + backHalf, 0.07f - _half);
        float back = Distance.ToBox(behind, new Vector3(_half, backHalf, 0.075f), 0.02f);
        return MathF.Min(seat, MathF.Min(legs, back));
    }
}

internal sealed class Bottle(SceneRandom random) : Solid
{
    private readonly float _radius = random.Range(0.34f, 0.44f);
    private readonly float _shoulder = random.Range(-0.02f, 0.12f);
    private readonly float _neck = random.Range(0.1f, 0.14f);

    public override float DistanceTo(Vector3 point)
    {
        float bodyHalf = (_shoulder + 0.86f) / 2;
        float body = Distance.ToCylinder(point + new Vector3(0, 0.86f - bodyHalf, 0), _radius - 0.06f, bodyHalf - 0.06f) - 0.06f;
        float neck = Distance.ToCylinder(point - new Vector3(0, 0.45f, 0), _neck, 0.5f);
        float lip = Distance.ToCylinder(point - new Vector3(0, 0.88f, 0), _neck + 0.05f, 0.08f);
        return MathF.Min(Distance.Blend(body, neck, 0.25f), lip);
    }
}

/// <summary>Two balls on a bar.</summary>
internal sealed class Dumbbell(SceneRandom random) : Solid
{
    private readonly float _ball = random.Range(0.32f, 0.38f);
    private readonly float _bar = random.Range(0.1f, 0.14f);

    public override float MaxYaw => 0.9f;

    public override float DistanceTo(Vector3 point)
    {
        var folded = new Vector3(MathF.Abs(point.X) - 0.98f + _ball, point.Y, point.Z);
        return MathF.Min(Distance.ToBall(folded, _ball), Distance.ToRod(point, _bar, 0.6f));
    }
}

/// <summary>Three crossing bars, as in the game of jacks.</summary>
internal sealed class Jack(SceneRandom random) : Solid
{
    private readonly float _bar = random.Range(0.13f, 0.18f);

    public override float DistanceTo(Vector3 point)
    {
        // The nearest arm is the one along the point's largest coordinate, so one rod stands for three.
        var folded = Vector3.Abs(point);
        if (folded.Y > folded.X)
            folded = new Vector3(folded.Y, folded.X, folded.Z);
        if (folded.Z > folded.X)
            folded = new Vector3(folded.Z, folded.Y, folded.X);
        return Distance.ToRod(folded, _bar, 0.98f - _bar);
    }
}
